import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { closedAfterAll, closedAfterEach } from '../runtime/closings-for-tests.ts';
import { DESKTOP, openPage, PHONE, startBrowser, until, whyNoBrowser } from './browser.ts';
import { showOperations } from './shown-operations.ts';
import { violationsOf } from './wcag.ts';

suite('the page of operators', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  let shown: Awaited<ReturnType<typeof showOperations>>;
  const all = closedAfterAll();
  const t = closedAfterEach();

  before(async () => {
    browser = await startBrowser(all);
    shown = await showOperations(all);
  });

  const open = (link: string, options?: BrowserContextOptions) => openPage({ browser, t }, link, options);

  const engine = (page: Page, name: string) => page.locator(`[data-engine=${name}]`);
  const numberIn = async (page: Page, selector: string) =>
    Number(((await page.locator(selector).textContent()) ?? '').replaceAll(',', ''));

  test('shows engines, flows, lags, ledger and connections while samples go through', async () => {
    const { page, troubles } = await open(shown.link);
    for (const name of ['nats', 'questdb', 'clickhouse']) {
      await page.locator(`[data-engine=${name}][data-health=up]`).waitFor();
      assert.match((await engine(page, name).textContent()) ?? '', /Version \d+\.\d+.*Answered in [\d.]+\s?(ms|sec)/);
    }
    assert.equal(page.url(), `${shown.api}/operations`, 'the token has left the address');
    for (const flow of ['accepted', 'questdb', 'clickhouse']) {
      await until(`${flow} flows`, async () => (await numberIn(page, `[data-flow=${flow}] .value`)) > 0);
      await page.locator(`[data-flow=${flow}] svg[aria-label^="The last five minutes"]`).waitFor();
    }
    const known = shown.acknowledgedSamples();
    for (const column of [1, 2]) {
      const written = `.ledger [data-line=written] td:nth-of-type(${column})`;
      await until('the ledger has what was acknowledged', async () => (await numberIn(page, written)) >= known);
    }
    const verdicts = await page.locator('.ledger thead span').allTextContents();
    assert.deepEqual(verdicts, ['balanced', 'balanced']);
    const readers = page.locator('[data-stream=FRAMES]');
    await readers.nth(2).waitFor();
    assert.deepEqual(await readers.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-consumer'))), [
      'clickhouse',
      'questdb',
      '',
    ]);
    assert.equal(await page.locator('[data-connections=mqtt] dd').textContent(), '1');
    assert.equal(await page.locator('[data-connections=websocket] dd').textContent(), '0');
    assert.ok((await numberIn(page, '[data-connections=nats] dd')) >= 3, 'ingest, processors and the API');
    assert.match((await page.locator('.age').textContent()) ?? '', /^data (from now|\d+ seconds? old)$/);
    assert.deepEqual(troubles, []);
  });

  test('shows a dead letter under its reason as it appears', async () => {
    const { page, troubles } = await open(shown.link);
    await page.getByText('None: every frame could be used.').waitFor();
    await shown.sendBroken();
    const line = page.locator('[data-reason=undecodable_frame]');
    await line.waitFor();
    assert.deepEqual(
      [await line.locator('code').textContent(), await line.locator('small').textContent()],
      ['undecodable_frame', 'The bytes are not a SensorFrame.'],
    );
    assert.equal(await line.locator('td').textContent(), '1');
    await shown.sendBroken();
    await until('the second one', async () => (await line.locator('td').textContent()) === '2');
    assert.deepEqual(troubles, []);
  });

  test('asks whoever comes without a token for one, and takes it', async () => {
    const { page } = await open(`${shown.api}/operations`);
    await page.getByLabel('The token of an operator').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    await page.getByLabel('The token of an operator').fill(shown.link.split('#token=')[1]);
    await page.getByRole('button', { name: 'Show how it stands' }).click();
    await engine(page, 'nats').waitFor();
  });

  test('speaks the language of the browser, and another when it is chosen', async () => {
    const { page } = await open(shown.link, { ...DESKTOP, locale: 'ru-RU' });
    await page.getByRole('heading', { name: 'Состояние системы' }).waitFor();
    await page.getByRole('heading', { name: 'Негодные кадры по причинам' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'ru');
    await page.getByRole('combobox', { name: 'Язык' }).selectOption('en');
    await page.getByRole('heading', { name: 'Dead letters by reason' }).waitFor();
  });

  for (const [name, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`keeps WCAG AA on a ${name}, ${colorScheme}, and does not scroll sideways`, async () => {
        const { page, troubles } = await open(shown.link, { ...options, colorScheme });
        await page.locator('[data-flow=accepted] svg[aria-label^="The last five minutes"]').waitFor();
        assert.deepEqual(await violationsOf(page), []);
        const [content, seen] = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
        assert.ok(content <= seen, `${content} of ${seen} px`);
        assert.deepEqual(troubles, []);
      });
    }
  }

  test('shows a store that hangs as silent, and one that is gone as down, beside all that still goes on', async () => {
    const { page, troubles } = await open(shown.link);
    const [hanging, gone] = [shown.pids.get('clickhouse'), shown.pids.get('questdb')];
    assert.ok(hanging !== undefined && gone !== undefined, [...shown.pids.keys()].join());
    await page.locator('[data-engine=clickhouse][data-health=up]').waitFor();
    process.kill(hanging, 'SIGSTOP');
    try {
      await page.locator('[data-engine=clickhouse][data-health=silent]').waitFor();
      assert.equal(await engine(page, 'questdb').getAttribute('data-health'), 'up');
    } finally {
      process.kill(hanging, 'SIGCONT');
    }
    await page.locator('[data-engine=clickhouse][data-health=up]').waitFor();
    process.kill(gone, 'SIGKILL');
    await page.locator('[data-engine=questdb][data-health=down]').getByText('down').waitFor();
    await page.locator('.ledger thead th', { hasText: 'QuestDB' }).getByText('not known').waitFor();
    await until(
      'what it lacks waits for it',
      async () => (await numberIn(page, '[data-consumer=questdb] td >> nth=0')) > 0,
    );
    assert.equal(await engine(page, 'nats').getAttribute('data-health'), 'up');
    assert.deepEqual(await violationsOf(page), []);
    assert.deepEqual(troubles, []);
  });
});
