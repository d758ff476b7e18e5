import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { DESKTOP, openPage, PHONE, startBrowser, whyNoBrowser } from './browser.ts';
import { showRace } from './shown-race.ts';
import { violationsOf } from './wcag.ts';

const GPX = fileURLToPath(new URL('./fixtures/hike-korita-zbevnica.gpx', import.meta.url));
const csvOf = (lines: readonly string[]) => ({
  ...{ name: 'starters.csv', mimeType: 'text/csv' },
  buffer: Buffer.from(['bib,name,sex', ...lines].join('\n')),
});

suite('the organiser page', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  let shown: Awaited<ReturnType<typeof showRace>>;
  const closings: (() => unknown)[] = [];
  const t = { after: (close: () => unknown) => void closings.push(close) } as Parameters<typeof showRace>[0];

  before(async () => {
    browser = await startBrowser(t);
    shown = await showRace(t);
  });
  after(async () => {
    for (const close of closings.reverse()) await close();
  });

  // What the API refuses is one of the complaints.
  const open = (path: string, options?: BrowserContextOptions) =>
    openPage({ browser, t, expected: /422|503/ }, shown.organiserLink(path), options);

  test('makes a race of a GPX file and starters, and says by line what is wrong with them', async () => {
    const { page, troubles } = await open('');
    await page.getByRole('link', { name: 'New race' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Village Ten 2027');
    assert.equal(await page.getByLabel('Id in addresses').inputValue(), 'village-ten-2027');
    await page.getByLabel('Course (GPX file)').setInputFiles(GPX);
    await page.getByRole('button', { name: 'Add: Checkpoints' }).click();
    await page.getByLabel('Name, row 3').fill('Spring');
    await page.getByLabel('Metres from the start, row 3').fill('2500');
    await page.getByLabel('Starters (CSV file)').setInputFiles(csvOf(['1,Ann Novak,f', '2,Ben Kos,boy']));
    assert.deepEqual(await violationsOf(page), []);
    await page.getByRole('button', { name: 'Create the race' }).click();
    await page.locator('#race-csv-wrong', { hasText: 'line 3, sex' }).waitFor();
    await page.getByLabel('Starters (CSV file)').setInputFiles(csvOf(['1,Ann Novak,f', '2,Ben Kos,m']));
    await page.getByRole('button', { name: 'Create the race' }).click();
    await page.getByText('course of 27.65 km').waitFor();
    assert.match(page.url(), /\/organiser\/village-ten-2027$/);
    const answer = await fetch(`${shown.url}/v1/races/village-ten-2027`);
    const race = (await answer.json()) as { state: string; starters: number; checkpoints: { id: string }[] };
    const ids = race.checkpoints.map(({ id }) => id).sort();
    assert.deepEqual([race.state, race.starters, ids], ['live', 2, ['finish', 'spring', 'start']]);
    await page.getByRole('link', { name: 'My races' }).click();
    await page.locator('.list a', { hasText: 'Village Ten 2027' }).waitFor();
    assert.deepEqual(await violationsOf(page), [], 'the list');
    assert.deepEqual(troubles, []);
  });

  test('disqualifies somebody and takes it back, and the audit keeps both', async () => {
    const { page, troubles } = await open('/hill');
    await page.locator('tr[data-bib="118"] a').click();
    const panel = page.getByRole('region', { name: /^Decide about/ });
    await panel.getByLabel('Reason: Ivan Muñoz').fill('took a bus');
    await panel.getByRole('button', { name: 'Disqualify' }).click();
    const first = page.locator('[data-act="1"]');
    await first.getByText('bib 118: disqualified').waitFor();
    await panel.locator('.whose', { hasText: 'disqualified' }).waitFor();
    await first.getByRole('button', { name: 'Undo act 1' }).click();
    await first.getByLabel('Reason: Undo act 1').fill('it was somebody else');
    await first.locator('.act-form').getByRole('button', { name: 'Undo act 1' }).click();
    await page.locator('[data-act="2"]').getByText('act 1 undone').waitFor();
    await first.getByText('undone', { exact: true }).waitFor();
    assert.match((await first.textContent()) ?? '', /organiser club · took a bus/);
    await panel.locator('.whose', { hasText: 'running' }).waitFor();
    assert.deepEqual(troubles, []);
  });

  for (const [name, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`keeps WCAG AA on a ${name}, ${colorScheme}, and does not scroll sideways`, async () => {
        const { page, troubles } = await open('/hill?bib=118', { ...options, colorScheme });
        await page.locator('.athlete .desk-list li').first().waitFor();
        await page.locator('table.places tbody tr').nth(20).waitFor();
        assert.deepEqual(await violationsOf(page), []);
        const [content, seen] = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
        assert.ok(content <= seen, `${content} of ${seen} px`);
        assert.deepEqual(troubles, []);
      });
    }
  }
});
