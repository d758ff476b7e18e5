import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startBrowser } from '../browser.ts';
import { showRun } from '../shown-run.ts';

/** Takes the pictures of docs/screenshots/ again: `node test/screenshots/main.ts`. */
const DIR = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const SHOTS = [
  { name: 'live-desktop-light', width: 1280, height: 900, colorScheme: 'light', isList: false },
  { name: 'live-phone-dark', width: 390, height: 844, colorScheme: 'dark', isList: false },
  { name: 'list-phone-light', width: 390, height: 844, colorScheme: 'light', isList: true },
] as const;

const closings: (() => unknown)[] = [];
const t = { after: (close: () => unknown) => void closings.push(close) } as Parameters<typeof showRun>[0];
mkdirSync(DIR, { recursive: true });
try {
  const { link } = await showRun(t);
  const browser = await startBrowser(t);
  for (const { name, width, height, colorScheme, isList } of SHOTS) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    await page.goto(link);
    await page.locator('.map[data-drawn=true]').waitFor();
    await page.locator('figure canvas').nth(2).waitFor();
    // The map draws its line in the frame after its data came.
    await page.waitForLoadState('networkidle');
    if (isList) await page.getByRole('link', { name: 'All activities' }).click();
    await page.screenshot({ path: `${DIR}${name}.png`, fullPage: true });
    process.stdout.write(`docs/screenshots/${name}.png\n`);
  }
} finally {
  for (const close of closings.reverse()) await close();
}
