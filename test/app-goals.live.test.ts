import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { closedAfterAll } from '../runtime/closings-for-tests.ts';
import { DESKTOP, openPage, PHONE, startBrowser, whyNoBrowser } from './browser.ts';
import { logInOn, PERSON, showApp } from './shown-app.ts';
import { violationsOf } from './wcag.ts';

const DAY_MS = 86_400_000;

/** One person over one API: each test goes on from where the one before has come. */
suite('goals, thresholds, zones and units in the application', { skip: whyNoBrowser }, () => {
  const t = closedAfterAll();
  let browser: Browser;
  let app: Awaited<ReturnType<typeof showApp>>;
  let page: Page;
  let troubles: string[];

  before(async () => {
    browser = await startBrowser(t);
    app = await showApp(t);
    await app.register();
    ({ page, troubles } = await openPage({ browser, t, expected: /422/ }, app.url, PHONE));
    await logInOn(page);
    await enterRun(page, 12_000);
  });

  const read = (path: string) =>
    page.evaluate(async (asked) => (await fetch(`/v1${asked}`)).json() as Promise<unknown>, path);
  const goTo = async (path: string) => void (await page.goto(`${app.url}${path}`));

  /** In the dark on a desk, in Russian, where the test is in the light on a phone. */
  async function assertAccessibleElsewhere(path: string): Promise<void> {
    const options = { ...DESKTOP, colorScheme: 'dark' as const, locale: 'ru-RU' };
    const other = await openPage({ browser, t }, `${app.url}${path}`, options);
    await other.page.getByLabel('Адрес почты').fill(PERSON.email);
    await other.page.getByLabel('Пароль', { exact: true }).fill(PERSON.password);
    await other.page.getByRole('button', { name: 'Войти' }).click();
    await other.page.locator('section h2').first().waitFor();
    await other.page.locator('[data-goal], [data-stated]').first().waitFor();
    assert.deepEqual(await violationsOf(other.page), [], `${path} in the dark`);
    assert.deepEqual(other.troubles, []);
    await other.page.context().close();
  }

  test('a goal is set, shows how far it is, gets another target, and is given up', async () => {
    await app.identity.outbox.runDue();
    await page.reload();
    await page.getByRole('link', { name: 'Another goal' }).click();
    const form = page.getByRole('form', { name: 'Another goal' });
    await form.getByLabel('Distance, km').fill('-3');
    await form.getByLabel('Sport').selectOption('run');
    await form.evaluate((one) => one.setAttribute('novalidate', ''));
    await form.getByRole('button', { name: 'Set this goal' }).click();
    await form.getByRole('alert').getByText('Something in the form will not do').waitFor();
    assert.equal(await form.getByLabel('Distance, km').getAttribute('aria-invalid'), 'true');
    await form.getByLabel('Distance, km').fill('40');
    await form.getByRole('button', { name: 'Set this goal' }).click();
    await page.getByText('The goal is set.').waitFor();

    const card = page.getByRole('article', { name: '40 km every week: Run' });
    const bar = card.getByRole('progressbar');
    assert.deepEqual([await bar.getAttribute('value'), await bar.getAttribute('max')], ['12000', '40000']);
    await card.getByText(/^12 km, 30%\./).waitFor();
    assert.equal(await card.getByText('Reached in').count(), 0, 'there was nothing before');
    await page.getByText('1 day', { exact: true }).first().waitFor();
    assert.deepEqual(await violationsOf(page), []);

    await card.getByRole('button', { name: 'Another target: 40 km every week: Run' }).click();
    await card.getByLabel('Distance, km').fill('10');
    await card.getByRole('button', { name: 'Save' }).click();
    await page.locator('[data-goal=reached]').getByText('12 km, 120%. Reached!').waitFor();
    await goTo('');
    await page.locator('[data-goal=reached]').getByText('10 km every week: Run').waitFor();
    await assertAccessibleElsewhere('/goals');

    await page.getByRole('link', { name: 'All goals' }).click();
    await page.getByRole('button', { name: 'Give it up: 10 km every week: Run' }).click();
    await page.getByRole('button', { name: 'Yes, give it up' }).click();
    await page.getByText('The goal is given up.').waitFor();
    assert.deepEqual(((await read('/goals')) as { goals: unknown[] }).goals, []);
    assert.deepEqual(troubles, []);
  });

  test('thresholds are stated from a day on, zones follow by sport and day, and are removed again', async () => {
    await goTo('/training');
    const heart = page.locator('section[aria-labelledby=heart]');
    await heart.getByText('State something new').click();
    await heart.getByLabel('Holds from', { exact: true }).fill('2026-01-01');
    await heart.getByLabel('Maximum heart rate', { exact: true }).fill('900');
    await heart.getByRole('button', { name: 'State it' }).click();
    await heart.getByRole('alert').getByText('Something in the form will not do').waitFor();
    assert.equal(await heart.getByLabel('Maximum heart rate', { exact: true }).getAttribute('aria-invalid'), 'true');
    await heart.getByLabel('Maximum heart rate', { exact: true }).fill('190');
    await heart.getByRole('button', { name: 'State it' }).click();
    await heart.locator('[data-stated="2026-01-01"]').getByText('Maximum heart rate 190 bpm').waitFor();
    await page.locator('[data-zone]').first().waitFor();
    await page.getByText('They follow from your threshold or maximum heart rate.').waitFor();

    await heart.getByLabel('Holds from', { exact: true }).fill('2026-02-01');
    await heart.getByLabel('Sport', { exact: true }).selectOption('ride');
    await heart.getByLabel('Lower bounds of the zones').fill('110, 130 150;165 180');
    await heart.getByRole('button', { name: 'State it' }).click();
    await heart.locator('[data-stated="2026-02-01"]').waitFor();
    const zones = page.locator('section[aria-labelledby=zones]');
    await zones.getByLabel('Sport').selectOption('ride');
    await zones.getByText('As you stated them.').waitFor();
    assert.equal(await zones.locator('[data-zone="2"]').textContent(), '2130 bpm149 bpm');
    await zones.getByLabel('On the day').fill('2026-01-15');
    await zones.getByText('They follow from your threshold or maximum heart rate.').waitFor();

    const thresholds = page.locator('section[aria-labelledby=thresholds]');
    await thresholds.getByText('State something new').click();
    await thresholds.getByLabel('Holds from', { exact: true }).fill('2026-01-01');
    await thresholds.getByLabel('Threshold pace, /km').fill('4:10');
    await thresholds.getByRole('button', { name: 'State it' }).click();
    await thresholds.getByText('4:10 /km').waitFor();
    const body = page.locator('section[aria-labelledby=body]');
    await body.getByText('State something new').click();
    for (const [day, kg] of [
      ['2026-01-01', '70'],
      ['2026-03-01', '68.5'],
    ]) {
      await body.getByLabel('Holds from', { exact: true }).fill(day);
      await body.getByLabel('Weight, kg').fill(kg);
      await body.getByRole('button', { name: 'State it' }).click();
      await body.locator(`[data-stated="${day}"]`).waitFor();
    }
    await body.getByRole('img', { name: 'Weight from 68.5 kg to 70 kg, last 68.5 kg.' }).waitFor();
    assert.deepEqual(await violationsOf(page), []);
    await assertAccessibleElsewhere('/training');

    const ride = heart.locator('[data-stated="2026-02-01"]');
    await ride.getByRole('button', { name: /^Remove what holds from/ }).click();
    await ride.getByRole('button', { name: 'Yes, remove it' }).click();
    await ride.waitFor({ state: 'detached' });
    const { heart: stated, thresholds: speeds } = (await read('/profile')) as Record<string, unknown>;
    assert.deepEqual(
      { stated, speeds },
      {
        stated: [{ from: '2026-01-01', maxHeartRateBpm: 190 }],
        speeds: [{ from: '2026-01-01', sports: ['run'], thresholdSpeedMps: 4 }],
      },
    );
    assert.deepEqual(troubles, []);
  });

  test('what activities have shown is suggested, changes nothing until it is taken, and is left for good', async () => {
    const [{ athlete }] = await app.identity.database.selectFrom('accounts').select('athlete').execute();
    const shown = { athlete, isMarked: false, activity: 'f'.repeat(16), startMs: app.clock.nowMs() - 5 * DAY_MS };
    app.shownEvidence.insert([
      { ...shown, kind: 'power', sport: 'ride', value: 300 },
      { ...shown, kind: 'heartRate', sport: 'run', value: 196 },
    ]);
    await page.reload();
    const power = page.locator('[data-suggestion="ride ftpW"]');
    await power.getByText('FTP, Ride: 285 W').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    await power.getByRole('link', { name: /95 % of your best twenty minutes, 300 W/ }).waitFor();
    await page.getByRole('button', { name: 'Leave it: Maximum heart rate, Run' }).click();
    await page.locator('[data-suggestion="run maxHeartRateBpm"]').waitFor({ state: 'detached' });
    await page.getByText('Left, here and on your other devices: Maximum heart rate, Run.').waitFor();
    const { suggestions } = (await read('/profile/suggestions')) as { suggestions: { value: string }[] };
    assert.deepEqual(
      suggestions.map(({ value }) => value),
      ['ftpW'],
      'another device is not asked either',
    );
    await power.getByRole('button', { name: 'Take it: FTP, Ride: 285 W' }).click();
    await page.getByText('Stated from today on: FTP, Ride: 285 W.').waitFor();
    await power.waitFor({ state: 'detached' });
    await page.locator('section[aria-labelledby=thresholds]').getByText('FTP 285 W').waitFor();
    await page.reload();
    await page.getByText('Nothing: your activities of the last ninety days').waitFor();
    assert.deepEqual(((await read('/profile')) as { heart: unknown }).heart, [
      { from: '2026-01-01', maxHeartRateBpm: 190 },
    ]);
    assert.deepEqual(troubles, []);
  });

  test('in miles and pounds everything is in miles and pounds, what is entered and what is shown', async () => {
    await goTo('/settings');
    await page.getByText('About you').click();
    const about = page.locator('section[aria-labelledby=profile]');
    await about.getByLabel('Units').selectOption('imperial');
    await about.getByLabel('Country, as two letters').fill('gb');
    await about.getByText('United Kingdom').waitFor();
    await about.getByRole('button', { name: 'Save' }).click();
    await about.getByText('Saved.').waitFor();
    await page.getByRole('link', { name: 'Heart, thresholds and zones' }).click();
    await page.locator('section[aria-labelledby=body]').getByText('Weight 151 lb').waitFor();
    await page.locator('section[aria-labelledby=thresholds]').getByText('6:42 /mi').waitFor();

    await page.getByRole('link', { name: 'Add', exact: true }).click();
    await page.getByLabel('Began').fill('2026-06-08T18:30');
    await page.getByLabel('Hours', { exact: true }).fill('1');
    await page.getByLabel('Distance, mi').fill('10');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').getByRole('link', { name: 'History' }).click();
    await page.getByText(/^2 workouts: 17\.5 mi/).waitFor();
    await page.locator('.list .card', { hasText: '10 mi' }).click();
    const numbers = (await page.locator('dl.numbers').textContent()) ?? '';
    assert.equal(numbers, 'Time without pauses1:00:00Distance10 miPace6:00 /mi');
    await goTo('/goals');
    await page.getByLabel('Distance, mi').waitFor();
    assert.deepEqual(troubles, []);
  });

  test('progress looks like a place of the application, in the same units, and leads back', async () => {
    await page.getByRole('link', { name: 'Progress', exact: true }).click();
    await page.locator('[data-measure=distanceM] .value').getByText(/mi$/).waitFor();
    const places = page.getByRole('navigation', { name: 'Places' });
    assert.equal(await places.locator('[aria-current=page]').textContent(), 'Progress');
    assert.deepEqual(await places.getByRole('link').allTextContents(), [
      ...['Today', 'History', 'Add', 'Progress', 'Settings'],
    ]);
    assert.deepEqual(await violationsOf(page), []);
    await places.getByRole('link', { name: 'Today' }).click();
    await page.getByRole('heading', { name: 'Today' }).waitFor();
    assert.deepEqual(troubles, []);
  });

  async function enterRun(on: Page, distanceM: number): Promise<void> {
    await on.evaluate(
      async (body) => {
        const headers = { 'content-type': 'application/json' };
        await fetch('/v1/workouts', { method: 'POST', headers, body });
      },
      JSON.stringify({
        ...{ sport: 'run', timeZone: 'UTC', durationS: 3_600, distanceM },
        localStart: new Date(app.clock.nowMs()).toISOString().slice(0, 16),
      }),
    );
  }
});
