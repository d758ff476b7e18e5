import { buildPage } from './build-page.ts';

const { dir, isBuilt } = await buildPage();
process.stdout.write(`${JSON.stringify({ pageDir: dir, isBuilt })}\n`);
