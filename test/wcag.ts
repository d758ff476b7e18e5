import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Where the page as it is now breaks WCAG 2.2 AA, as far as axe-core can tell: rule, then each place and why. */
export async function violationsOf(page: Page): Promise<string[][]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  return page.evaluate(async (tags) => {
    interface Found {
      violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
    }
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<Found> } };
    const { violations } = await axe.run({ runOnly: tags });
    return violations.map(({ id, nodes }) => [
      id,
      ...nodes.flatMap(({ html, failureSummary }) => [html, failureSummary]),
    ]);
  }, TAGS);
}
