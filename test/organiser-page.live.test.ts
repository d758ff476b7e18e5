import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { closedAfterAll, closedAfterEach } from '../runtime/closings-for-tests.ts';
import { localText, msOf } from '../web/organiser/local-time.ts';
import { DESKTOP, openPage, PHONE, startBrowser, whyNoBrowser } from './browser.ts';
import { showRace } from './shown-race.ts';
import { violationsOf } from './wcag.ts';

const GPX = fileURLToPath(new URL('./fixtures/hike-korita-zbevnica.gpx', import.meta.url));
const csvOf = (lines: readonly string[]) => ({
  ...{ name: 'starters.csv', mimeType: 'text/csv' },
  buffer: Buffer.from(['bib,name,sex', ...lines].join('\n')),
});

async function versionOf(url: string): Promise<number> {
  return ((await (await fetch(`${url}/v1/races/hill`)).json()) as { version: number }).version;
}

/** All that sixty watches measured is read again, on a machine that others use too. */
const PREVIEW_WITHIN = { timeout: 180_000 };

suite('the organiser page', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  let shown: Awaited<ReturnType<typeof showRace>>;
  const all = closedAfterAll();
  const t = closedAfterEach();

  before(async () => {
    browser = await startBrowser(all);
    shown = await showRace(all, { isStored: true });
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

  test('shows what a moved checkpoint would change before it is moved, who moved it, and undoes it', async () => {
    const { page, troubles } = await open('/hill');
    await page.getByRole('link', { name: 'Change the race' }).click();
    const metres = page.getByLabel('Metres from the start, row 2');
    const wasM = Number(await metres.inputValue());
    await metres.fill(String(wasM - 1_500));
    await page.getByRole('button', { name: 'See what it would change' }).click();
    const difference = page.getByRole('region', { name: 'What the change would do' });
    await difference.getByText('60 athletes would change').waitFor(PREVIEW_WITHIN);
    const leader = difference.locator('[data-bib="101"]');
    assert.match((await leader.textContent()) ?? '', /^.+101.*Spring\d\d:\d\d:\d\d → \d\d:\d\d:\d\d −\d+:\d\d$/);
    assert.deepEqual(await violationsOf(page), []);
    assert.equal(await versionOf(shown.url), 1, 'nothing is changed by looking');
    // Another place is another question.
    await metres.fill(String(wasM - 1_000));
    await difference.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'See what it would change' }).click();
    await difference.waitFor(PREVIEW_WITHIN);
    await page.getByRole('button', { name: 'Apply the change' }).click();
    await page.locator('[data-version="2"]').getByText('version 2: checkpoints').waitFor();
    assert.equal(await versionOf(shown.url), 2);
    await page.locator('[data-version="2"]').getByRole('link', { name: 'Undo the change of version 2' }).click();
    await page.getByText('Saving it undoes the change.').waitFor();
    assert.equal(Number(await metres.inputValue()), wasM);
    assert.deepEqual(await violationsOf(page), [], 'the form that undoes');
    await page.getByRole('button', { name: 'See what it would change' }).click();
    await difference.waitFor(PREVIEW_WITHIN);
    await page.getByRole('button', { name: 'Apply the change' }).click();
    await page.locator('[data-version="3"]').getByText('version 3: checkpoints').waitFor();
    assert.equal(await page.locator('[data-version="2"]').getByRole('link').count(), 0, 'it is undone');
    assert.deepEqual(troubles, []);
  });

  test('shows who would be where with another gun, and makes the change', async () => {
    const { page, troubles } = await open('/hill?edit=1');
    const gun = page.getByLabel('Gun time, row 2');
    await gun.fill(localText(msOf(await gun.inputValue()) - 60_000));
    await page.getByRole('button', { name: 'See what it would change' }).click();
    const difference = page.getByRole('region', { name: 'What the change would do' });
    await difference
      .getByText(/other places?$/)
      .first()
      .waitFor(PREVIEW_WITHIN);
    assert.match((await difference.locator('[data-bib="105"]').textContent()) ?? '', /Gun time\d+:\d\d → \d+:\d\d/);
    await page.getByRole('button', { name: 'Apply the change' }).click();
    await page.locator('[data-version]', { hasText: 'waves and guns' }).waitFor();
    assert.deepEqual(troubles, []);
  });

  test('narrows the board to a club of the starters', async () => {
    const { page, troubles } = await open('/hill');
    const club = page.getByLabel('Club');
    await club.locator('option', { hasText: 'Istra Trail (15)' }).waitFor({ state: 'attached' });
    await club.selectOption('Istra Trail');
    await page.getByText('15 of 15 shown').waitFor();
    const clubs = await page.locator('table.places tbody .who small').allTextContents();
    assert.equal(
      clubs.every((text) => text.includes('Istra Trail')),
      true,
      clubs.join('\n'),
    );
    assert.deepEqual(troubles, []);
  });

  test('a person dismisses a finding of the review, with its evidence, and takes that back', async () => {
    const { page, troubles } = await open('/hill');
    const finding = page.locator('[data-finding]').first();
    await finding.waitFor();
    assert.match((await finding.locator('.evidence').textContent()) ?? '', /^Wherefrom km .+Speed on the flat/);
    await finding.getByRole('button', { name: /^Decide: / }).click();
    const id = await finding.getAttribute('data-finding');
    await finding.getByLabel(/^Reason/).fill('the watch jumped');
    assert.deepEqual(await violationsOf(page), []);
    await finding.getByRole('button', { name: 'Dismiss' }).click();
    await page.locator('summary', { hasText: 'decided or withdrawn' }).click();
    const decided = page.locator(`details [data-finding="${id}"]`);
    await decided.getByText('dismissed', { exact: true }).waitFor();
    await decided.getByText('organiser club · the watch jumped').waitFor();
    await decided.getByRole('button', { name: 'Take the decision back' }).click();
    await decided.getByLabel('Reason: Take the decision back').fill('it did not');
    await decided.getByRole('button', { name: /^Undo act/ }).click();
    await page
      .locator(`[data-finding="${id}"]`)
      .getByRole('button', { name: /^Decide: / })
      .waitFor();
    await page.locator(`details [data-finding="${id}"]`).waitFor({ state: 'detached' });
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
