import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { closedAfterAll, closedAfterEach } from '../runtime/closings-for-tests.ts';
import { DESKTOP, openPage, PHONE, startBrowser, until, whyNoBrowser } from './browser.ts';
import { showRace } from './shown-race.ts';
import { violationsOf } from './wcag.ts';

suite('the race page', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  let shown: Awaited<ReturnType<typeof showRace>>;
  const all = closedAfterAll();
  const t = closedAfterEach();

  before(async () => {
    browser = await startBrowser(all);
    shown = await showRace(all);
  });

  // The lost connection of one of the tests is one of the complaints.
  const open = (link: string, options?: BrowserContextOptions) =>
    openPage({ browser, t, expected: /WebSocket|ERR_CONNECTION/ }, link, options);

  const lines = (page: Page) => page.locator('table.places').last().locator('tbody tr');
  const bibs = (page: Page) => lines(page).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-bib')));

  test('shows the live board of the race in its order, and how old it is', async () => {
    const { page, troubles } = await open(shown.link);
    await lines(page).nth(49).waitFor();
    await until('the order of HTTP', async () => {
      const order = await shown.order();
      return JSON.stringify(await bibs(page)) === JSON.stringify(order);
    });
    assert.match((await page.locator('.age').textContent()) ?? '', /^data (from now|\d+ seconds? old)$/);
    assert.equal(await page.locator('.counted [role=status]').textContent(), '50 of 60 shown');
    assert.deepEqual(troubles, []);
  });

  test('opens an athlete by keyboard, with splits and charts, and goes back to their name', async () => {
    const { page, troubles } = await open(shown.link);
    await lines(page).nth(49).waitFor();
    await page.locator('tr[data-bib="118"] a').focus();
    await page.keyboard.press('Enter');
    const panel = page.getByRole('region', { name: 'Ivan Muñoz' });
    await panel.locator('.splits tbody tr').nth(2).waitFor();
    assert.match(page.url(), /\/races\/hill\?athlete=118$/);
    const splits = await panel.locator('.splits tbody th').allTextContents();
    assert.deepEqual(
      splits.slice(0, 3),
      ['Start', 'Spring', 'Summit'].map((name) => `${name}estimated · GPS ±\u00a00.6\u00a0s`),
    );
    await panel.locator('canvas').nth(1).waitFor();
    const [pace, heart] = await panel.getByRole('img').all();
    assert.match((await pace.getAttribute('aria-label')) ?? '', /^Pace along the course, from \d:\d\d/);
    assert.match(
      (await heart.getAttribute('aria-label')) ?? '',
      /^Heart rate along the course, from 1[3-5]\d to 1[5-7]\d beats a minute\.$/,
    );
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Ivan Muñoz', 'read out from its head on');
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Ivan Muñoz', 'back at the name');
    assert.deepEqual(troubles, []);
  });

  test('shows what an organiser decides, and a time of a mat in place of an estimate', async () => {
    const { page } = await open(`${shown.link}?athlete=119`);
    const panel = page.locator('.athlete');
    await panel.getByText('Summitestimated').waitFor();
    const timeMs = Math.round(shown.field.runners[18].timeAt(3_145.5));
    await shown.enter('119', { type: 'read', source: 'mat', checkpoint: 'summit', timeMs, sigmaMs: 50 });
    await panel.getByText(/provisional · timing mat ±.0\.1.s/).waitFor();
    await shown.enter('119', { type: 'decision', verdict: 'dsq', reason: 'took a bus' });
    await panel.getByText('disqualified').waitFor();
    await shown.enter('119', { type: 'decision', verdict: 'none', reason: 'it was somebody else' });
    await panel.getByText('disqualified').waitFor({ state: 'detached' });
  });

  test('shows no heart rate of whoever did not agree to it', async () => {
    const { page } = await open(`${shown.link}?athlete=117`);
    const panel = page.locator('.athlete');
    await panel.locator('canvas').waitFor();
    assert.equal(await panel.getByRole('img').count(), 1);
    assert.equal(await panel.getByText('Heart rate').count(), 0);
  });

  test('shows gaps to whoever is pinned, until others are chosen', async () => {
    const { page } = await open(`${shown.link}?athlete=103`);
    const gapOf = (bib: string) => page.locator(`tr[data-bib="${bib}"] .gap-of`).textContent();
    const pin = page.getByRole('button', { name: 'Pin: gaps to Jürgen Lindqvist' });
    await pin.click();
    await until('no gap to oneself', async () => (await gapOf('103')) === '0:00');
    assert.match((await gapOf('101')) ?? '', /^−\d:\d\d$/);
    await page.getByRole('combobox', { name: 'Gap to' }).selectOption('the leader');
    const first = lines(page).first().locator('.gap-of');
    await until('no gap of the leader', async () => (await first.textContent()) === '0:00');
    assert.equal(await pin.getAttribute('aria-pressed'), 'false');
  });

  test('finds an athlete, follows them above the board, and remembers it', async () => {
    const { page } = await open(shown.link);
    await page.getByRole('searchbox', { name: 'Search' }).fill('elodie ross');
    const line = page.locator('table.places tbody tr', { hasText: 'Élodie Rossi' }).first();
    await page.getByText('1 athlete found').waitFor();
    await line.getByRole('button', { name: 'Follow Élodie Rossi' }).click();
    const own = page.locator('.followed tbody tr');
    await own.first().waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await lines(page).nth(49).waitFor();
    await page.reload();
    await own.first().waitFor();
    assert.match((await own.first().textContent()) ?? '', /Élodie Rossi/);
  });

  test('has dots of all who run on its part of the map, moved by keyboard, not of the first fifty alone', async () => {
    const { page, troubles } = await open(shown.link);
    await page.locator('.map[data-drawn=true]').waitFor();
    // The race goes on, and the first of it finish meanwhile.
    const isRunning = ({ status }: { status: string }) => status === 'running';
    await until('a dot of everybody who runs', async () => {
      const { rows } = await shown.board('?limit=200');
      assert.ok(rows.slice(50).some(isRunning), 'more than the board tells live');
      return (await page.locator('.profile circle').count()) === rows.filter(isRunning).length;
    });
    // Nobody is in the middle of a course that goes around it.
    await page.locator('.maplibregl-canvas').focus();
    for (let n = 0; n < 4; n++) await page.keyboard.press('+');
    await until('a dot of nobody who is neither on the map nor on the board', async () => {
      const { rows } = await shown.board('?limit=200');
      return (await page.locator('.profile circle').count()) < rows.filter(isRunning).length;
    });
    assert.deepEqual(troubles, []);
  });

  test('shows any moment again, by keyboard and with the profile and panel of then, and goes back to now', async () => {
    const { page, troubles } = await open(`${shown.link}?athlete=120`);
    await lines(page).nth(49).waitFor();
    // Of the second wave: at the first gun nobody of it has started.
    const panel = page.locator('.athlete');
    await panel.locator('.splits tbody tr').nth(2).waitFor();
    const slider = page.getByRole('slider', { name: 'Moment of the race' });
    assert.equal(await slider.getAttribute('aria-valuetext'), 'live');
    await slider.focus();
    await page.keyboard.press('Home');
    const status = page.locator('header .ended');
    await status.getByText('Replay,').waitFor();
    await until('the start', async () => (await slider.getAttribute('aria-valuetext'))!.startsWith('0:0'));
    await panel.getByText('No checkpoint was passed yet.').waitFor();
    await page.getByRole('combobox', { name: 'Speed of the replay' }).selectOption('120×');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByText('The replay plays 120 times as fast.').waitFor({ state: 'attached' });
    await panel.locator('.splits tbody tr', { hasText: 'Start' }).waitFor();
    await panel.locator('.splits tbody tr', { hasText: 'Spring' }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/The replay stands at \d\d:\d\d:\d\d\./).waitFor({ state: 'attached' });
    // What is shown is what HTTP tells of the moment.
    const atMs = Math.ceil(shown.field.gunMs / 5_000) * 5_000 + Number(await slider.inputValue()) * 5_000;
    const { rows: all } = await shown.board(`?at=${atMs}&limit=200`);
    const rows = all.slice(0, 50);
    await until('the places of then', async () => {
      return JSON.stringify(await bibs(page)) === JSON.stringify(rows.map(({ bib }) => bib));
    });
    const leader = shown.field.runners.find(({ bib }) => bib === rows[0].bib)!;
    const truly = leader.at(atMs).positionM;
    assert.ok(Math.abs(rows[0].positionM! - truly) < 10, `${rows[0].positionM} for ${truly}`);
    assert.equal(await lines(page).first().locator('td').nth(1).textContent(), (rows[0].positionM! / 1_000).toFixed(2));
    const dots = await page.locator('.profile circle').count();
    assert.equal(dots, all.filter(({ status }) => status === 'running').length);
    assert.deepEqual(await violationsOf(page), []);
    await page.getByRole('button', { name: 'Back to live' }).click();
    await status.getByText('Replay,').waitFor({ state: 'detached' });
    await panel.locator('.splits tbody tr').nth(2).waitFor();
    await until('the order of now', async () => {
      return JSON.stringify(await bibs(page)) === JSON.stringify(await shown.order());
    });
    assert.deepEqual(troubles, []);
  });

  test('speaks the language of the browser, and another when it is chosen', async () => {
    const { page } = await open(shown.link, { ...DESKTOP, locale: 'ru-RU' });
    await page.getByRole('heading', { name: 'Таблица' }).waitFor();
    await page.getByText('60 участников').waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'ru');
    await page.getByRole('combobox', { name: 'Язык' }).selectOption('en');
    await page.getByRole('heading', { name: 'Board' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Board' }).waitFor();
  });

  test('shows miles and feet where they are read, and kilometres when they are chosen', async () => {
    const { page } = await open(`${shown.link}?athlete=118`, { ...DESKTOP, locale: 'en-US' });
    await page.getByRole('img', { name: /3.9 mi, from 2,4\d\d to 3,33\d ft/ }).waitFor();
    await page.getByRole('img', { name: /^Pace along the course, from .* a mile\.$/ }).waitFor();
    const heads = () =>
      page
        .locator('.board thead')
        .first()
        .getByText(/^(km|miles|min\/km|min\/mile)$/)
        .allTextContents();
    assert.deepEqual(await heads(), ['miles', 'min/mile']);
    await page.getByRole('combobox', { name: 'Units' }).selectOption('metric');
    await page.getByRole('img', { name: /6.3 km, from 753 to 1,017 m/ }).waitFor();
    await page.getByRole('img', { name: /^Pace along the course, from .* a kilometre\.$/ }).waitFor();
    assert.deepEqual(await heads(), ['km', 'min/km']);
    await page.reload();
    await page.getByRole('img', { name: /6.3 km, from 753 to 1,017 m/ }).waitFor();
  });

  for (const [name, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`keeps WCAG AA on a ${name}, ${colorScheme}, and does not scroll sideways`, async () => {
        const { page, troubles } = await open(shown.link, { ...options, colorScheme });
        await lines(page).nth(49).waitFor();
        await page.locator('.map[data-drawn=true]').waitFor();
        await page.getByRole('img', { name: /6.3 km, from 753 to 1,017 m/ }).waitFor();
        assert.deepEqual(await violationsOf(page), []);
        await page.locator('tr[data-bib="118"] a').click();
        await page.locator('.athlete canvas').nth(1).waitFor();
        assert.deepEqual(await violationsOf(page), [], 'with an athlete');
        await page.getByRole('button', { name: 'Close' }).click();
        const [content, seen] = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
        assert.ok(content <= seen, `${content} of ${seen} px`);
        await page.getByRole('link', { name: 'All races' }).click();
        await page.locator('.list a').first().waitFor();
        assert.deepEqual(await violationsOf(page), [], 'the list');
        assert.deepEqual(troubles, []);
      });
    }
  }

  test('offers the results as files', async () => {
    const { page } = await open(shown.link);
    const links = page.locator('.result-files a');
    await links.first().waitFor();
    assert.deepEqual(await links.allTextContents(), ['PDF', 'CSV', 'JSON']);
    const types: string[] = [];
    for (const link of await links.all()) {
      const answer = await page.request.get(new URL((await link.getAttribute('href'))!, page.url()).href);
      assert.equal(answer.status(), 200);
      types.push(answer.headers()['content-type'].split(';')[0]);
      assert.ok((await answer.body()).length > 1_000);
    }
    assert.deepEqual(types, ['application/pdf', 'text/csv', 'application/json']);
  });

  test('embedded, shows the board and no navigation', async () => {
    const { page } = await open(`${shown.link}?embed=1&sex=female`);
    await page.getByText('20 athletes found').waitFor();
    assert.equal(await page.getByRole('navigation').count(), 0);
  });

  test('says that it lost the server, and comes back by itself', async () => {
    const { page } = await open(shown.link);
    await lines(page).nth(49).waitFor();
    await shown.stopServer();
    await page.getByText('Connection lost; reconnecting').waitFor();
    const places = await lines(page).allTextContents();
    await shown.startServer();
    await page.getByText('Connection lost; reconnecting').waitFor({ state: 'detached' });
    await until('the board goes on', async () => (await lines(page).allTextContents()).join() !== places.join());
  });
});
