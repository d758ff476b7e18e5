import { buildPage, PAGE_DIR } from './build-page.ts';

const isBuilt = await buildPage();
process.stdout.write(`${JSON.stringify({ pageDir: PAGE_DIR, isBuilt })}\n`);
