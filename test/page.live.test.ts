import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, suite, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { readPageFiles } from '../api/page/page-files.ts';
import { readActivityFile } from '../files/read-activity-file.ts';
import { closedAfterAll, closedAfterEach } from '../runtime/closings-for-tests.ts';
import { buildPage } from '../web/build/build-page.ts';
import { DESKTOP, openPage, PHONE, startBrowser, until, whyNoBrowser } from './browser.ts';
import { showRun } from './shown-run.ts';
import { violationsOf } from './wcag.ts';

/** Every script that a page can come to load: what it names, and what those name. */
function scriptsOf(address: string, files: Awaited<ReturnType<typeof readPageFiles>>, found = new Set<string>()) {
  const text = files.get(address)!.bytes.toString();
  for (const [, name] of text.matchAll(/["'`/]([\w-]+\.js)["'`]/g)) {
    const script = `/assets/${name}`;
    if (!files.has(script) || found.has(script)) continue;
    found.add(script);
    scriptsOf(script, files, found);
  }
  return found;
}

suite('the page', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  const all = closedAfterAll();
  const t = closedAfterEach();

  before(async () => {
    browser = await startBrowser(all as Parameters<typeof startBrowser>[0]);
  });

  // The lost connection of one of the tests is one of the complaints.
  const open = (link: string, options?: BrowserContextOptions) =>
    openPage({ browser, t, expected: /WebSocket|ERR_CONNECTION/ }, link, options);

  /** Waits until the numbers, the charts and the map are drawn. */
  async function drawn(page: Page): Promise<void> {
    await page.getByText('Live', { exact: true }).waitFor();
    await page.locator('.map[data-drawn=true]').waitFor();
    await page.locator('figure canvas').nth(2).waitFor();
  }

  const numbers = (page: Page) => page.locator('dl.numbers').innerText();

  async function changed(page: Page, before: string): Promise<void> {
    await until('the numbers change', async () => (await numbers(page)) !== before);
  }

  test('shows the live activity of the link, which leaves no token in the address', async (context) => {
    const run = await showRun(context as typeof t);
    const { page, troubles } = await open(run.link);
    await drawn(page);
    assert.equal(page.url(), run.url);
    assert.match(await numbers(page), /Distance\n\s*\d+\.\d\d km/);
    assert.match(await page.locator('.age').innerText(), /newest data (now|\d+ s ago)/);
    assert.equal(await page.locator('table.zones tr').count(), 6);
    assert.ok((await page.locator('table.splits tbody tr').count()) > 1);
    assert.match((await page.locator('figure [role=img]').first().getAttribute('aria-label')) ?? '', /Heart rate from/);
    assert.deepEqual(troubles, []);
    await page.reload();
    await drawn(page);
  });

  test('follows the activity while it goes on, and says when it ended', async (context) => {
    const run = await showRun(context as typeof t);
    const { page } = await open(run.link);
    await drawn(page);
    const before = await numbers(page);
    run.goOn(60_000);
    await changed(page, before);
    run.end();
    await page.getByText('Finished', { exact: true }).waitFor();
  });

  test('says that it lost the server, and comes back by itself', async (context) => {
    const run = await showRun(context as typeof t);
    const { page } = await open(run.link);
    await drawn(page);
    await run.stopServer();
    await page.getByText('Connection lost; reconnecting').waitFor();
    run.goOn(30_000);
    const before = await numbers(page);
    await run.startServer();
    await page.getByText('Connection lost; reconnecting').waitFor({ state: 'detached' });
    await changed(page, before);
  });

  test('says in words why a token will not do, and asks who comes without one', async (context) => {
    const run = await showRun(context as typeof t);
    const { page } = await open(`${run.url}#token=forged`);
    await page.getByText('Not allowed: Bad token.').waitFor();
    const { page: other } = await open(run.url);
    await other.getByLabel('The token of your device').waitFor();
    await other.keyboard.press('Tab');
    await other.keyboard.type('watch-1');
    await other.keyboard.press('Enter');
    await drawn(other);
  });

  test('lists all activities, the live one first, and opens one by keyboard; going back goes back', async (context) => {
    const run = await showRun(context as typeof t);
    const { page, troubles } = await open(run.link);
    await drawn(page);
    await page.getByRole('link', { name: 'All activities' }).click();
    const cards = page.locator('.list a');
    await cards.nth(1).waitFor();
    const texts = await cards.allInnerTexts();
    assert.match(texts[0], /^Run Live\s.*\d\.\d\d km · \d+:\d\d · \d:\d\d \/km · \d+ bpm$/s);
    assert.match(texts[1], /^Run\s.*8\.97 km · 47:\d\d · \d:\d\d \/km · \d+ bpm$/s);
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Activities', 'read out from its head on');
    // From the heading: the links to the newest and to progress, the first card, the second.
    for (let i = 0; i < 4; i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Finished', { exact: true }).waitFor();
    assert.match(page.url(), /\?activity=[0-9a-f]{16}$/);
    await page.locator('.map[data-drawn=true]').waitFor();
    await page.locator('figure canvas').nth(2).waitFor();
    assert.match(await numbers(page), /Distance\n\s*8\.97 km/);
    await page.reload();
    await page.getByText('Finished', { exact: true }).waitFor();
    await page.goBack();
    await cards.nth(1).waitFor();
    await page.goBack();
    await drawn(page);
    assert.deepEqual(troubles, []);
    const { page: american } = await open(run.link, { ...DESKTOP, locale: 'en-US' });
    await drawn(american);
    assert.match(await numbers(american), /Distance\n\s*\d+\.\d\d mi.*Pace now\n\s*\d+:\d\d \/mi.*Climb\n\s*\d+ ft/s);
    await american.getByRole('img', { name: /^Pace from \d+:\d\d to \d+:\d\d min\/mi, now/ }).waitFor();
    await american.getByRole('columnheader', { name: 'mi', exact: true }).first().waitFor();
    await american.getByRole('link', { name: 'All activities' }).click();
    const told = american.locator('.list a').nth(1);
    await told.waitFor();
    assert.match(await told.innerText(), /^Run\s.*5\.57 mi · 47:\d\d · \d:\d\d \/mi · \d+ bpm$/s);
  });

  test('says in words that there is nothing yet, and shows what begins', async (context) => {
    const run = await showRun(context as typeof t, { isGoing: false, hasHistory: false });
    const { page } = await open(run.link);
    await page.getByText('No activity yet: it shows here as soon as it begins.').waitFor();
    run.goOn(1_000);
    await drawn(page);
  });

  test('says in words that an activity is not there, and that the network is gone', async (context) => {
    const run = await showRun(context as typeof t);
    const { page } = await open(run.link.replace('#', '?activity=0123456789abcdef#'));
    await page.getByText('There is no such activity').waitFor();
    await page.getByRole('main').getByRole('link', { name: 'All activities' }).click();
    await page.locator('.list a').first().click();
    await drawn(page);
    await page.context().setOffline(true);
    await page.getByText('No network: this is what came before').waitFor();
    await page.context().setOffline(false);
    await page.getByText('No network').waitFor({ state: 'detached' });
  });

  test('gives an activity as a file, and says why it cannot', async (context) => {
    const run = await showRun(context as typeof t);
    const { page } = await open(run.link);
    await drawn(page);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Parquet' }).click(),
    ]);
    assert.match(file.suggestedFilename(), /^run-[\dTZ-]+\.parquet$/);
    const outcome = await readActivityFile(await readFile(await file.path()), { maxBytes: 1e8, nowMs: Date.now() });
    assert.ok(outcome.kind === 'read' && outcome.activities[0].samples.timesMs.length > 2_000);
    await run.stopServer();
    await page.getByRole('button', { name: 'GPX' }).click();
    await page.getByText(/^GPX: /).waitFor();
  });

  test('is at most 200 KB of script beside the library of the map, packed, and so is every other page', async () => {
    const { dir: pageDir } = await buildPage();
    const files = await readPageFiles(pageDir, '');
    const pages = [...files].filter(([, { type }]) => type.startsWith('text/html'));
    for (const [address] of pages) {
      const own = [...scriptsOf(address, files)].filter((name) => !/plain-map|maplibre/.test(name));
      assert.ok(own.length > 0, address);
      const bytes = own.reduce((sum, name) => sum + files.get(name)!.gzipped.length, 0);
      assert.ok(bytes <= 200_000, `${address}: ${bytes} bytes`);
    }
  });

  for (const [name, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`keeps WCAG AA on a ${name}, ${colorScheme}, and does not scroll sideways`, async (context) => {
        const run = await showRun(context as typeof t);
        const { page } = await open(run.link, { ...options, colorScheme });
        await drawn(page);
        assert.deepEqual(await violationsOf(page), []);
        const [content, seen] = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
        assert.ok(content <= seen, `${content} of ${seen} px`);
        await page.getByRole('link', { name: 'All activities' }).click();
        await page.locator('.list a').nth(1).waitFor();
        assert.deepEqual(await violationsOf(page), [], 'the list');
      });
    }
  }
});
