import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { localText, msOf } from '../../web/organiser/local-time.ts';
import { PAGE_WITHIN_MS, startBrowser } from '../browser.ts';
import { logInOn, showApp } from '../shown-app.ts';
import { showOperations } from '../shown-operations.ts';
import { showProduct } from '../shown-product.ts';
import { showRace } from '../shown-race.ts';
import { showRun } from '../shown-run.ts';
import { trainForWeeks } from '../shown-weeks.ts';

/** Takes the pictures of docs/screenshots/ again: `node test/screenshots/main.ts`, `… race` those of one page. */
const DIR = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const SHOTS = [
  { name: 'live-desktop-light', width: 1280, height: 900, colorScheme: 'light', isList: false },
  { name: 'live-phone-dark', width: 390, height: 844, colorScheme: 'dark', isList: false },
  { name: 'list-phone-light', width: 390, height: 844, colorScheme: 'light', isList: true },
] as const;

const RACE_SHOTS = [
  // So high that the charts of the panel are seen.
  { name: 'race-desktop-light', width: 1280, height: 1280, colorScheme: 'light', search: '?athlete=118', locale: 'en' },
  { name: 'race-desktop-dark', width: 1280, height: 900, colorScheme: 'dark', search: '', locale: 'ru' },
  { name: 'race-phone-light', width: 390, height: 844, colorScheme: 'light', search: '', locale: 'en' },
  { name: 'race-phone-dark', width: 390, height: 844, colorScheme: 'dark', search: '?athlete=118', locale: 'en' },
] as const;

const ORGANISER_SHOTS = [
  { name: 'organiser-desktop-light', width: 1280, height: 900, colorScheme: 'light', locale: 'en', isPreview: false },
  { name: 'organiser-phone-light', width: 390, height: 844, colorScheme: 'light', locale: 'en', isPreview: false },
  { name: 'preview-desktop-dark', width: 1280, height: 900, colorScheme: 'dark', locale: 'ru', isPreview: true },
  { name: 'preview-phone-light', width: 390, height: 844, colorScheme: 'light', locale: 'en', isPreview: true },
] as const;

const APP_SHOTS = [
  { name: 'app-phone-light', width: 390, height: 844, colorScheme: 'light', path: '' },
  { name: 'app-desktop-dark', width: 1280, height: 900, colorScheme: 'dark', path: '' },
  { name: 'app-history-phone-dark', width: 390, height: 844, colorScheme: 'dark', path: '/history' },
  { name: 'app-goals-phone-light', width: 390, height: 844, colorScheme: 'light', path: '/goals' },
  { name: 'app-training-desktop-light', width: 1280, height: 900, colorScheme: 'light', path: '/training' },
] as const;

const OPERATIONS_SHOTS = [
  { name: 'operations-desktop-light', width: 1280, height: 900 },
  { name: 'operations-phone-light', width: 390, height: 844 },
] as const;
/** The lines of the charts have some length then. */
const OPERATIONS_SHOWN_MS = 40_000;

const closings: (() => unknown)[] = [];
const t = { after: (close: () => unknown) => void closings.push(close) } as Parameters<typeof showRun>[0];
mkdirSync(DIR, { recursive: true });
const [only = ''] = process.argv.slice(2);
try {
  const browser = await startBrowser(t);
  const isWanted = (name: string) => only === '' || only === name;
  if (isWanted('run')) await takeRun(browser);
  if (isWanted('race')) await takeRace(browser);
  if (isWanted('organiser')) await takeOrganiser(browser);
  if (isWanted('operations')) await takeOperations(browser);
  if (isWanted('app')) await takeApp(browser);
  if (isWanted('product')) await takeProduct(browser);
} finally {
  for (const close of closings.reverse()) await close();
}

async function takeRun(browser: Browser): Promise<void> {
  const { link } = await showRun(t);
  for (const { name, width, height, colorScheme, isList } of SHOTS) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme, locale: 'en' });
    await page.goto(link);
    await page.locator('.map[data-drawn=true]').waitFor();
    await page.locator('figure canvas').nth(2).waitFor();
    // The map draws its line in the frame after its data came.
    await page.waitForLoadState('networkidle');
    if (isList) await page.getByRole('link', { name: 'All activities' }).click();
    await page.screenshot({ path: `${DIR}${name}.png`, fullPage: true });
    process.stdout.write(`docs/screenshots/${name}.png\n`);
  }
}

async function takeRace(browser: Browser): Promise<void> {
  const { link } = await showRace(t);
  for (const { name, width, height, colorScheme, search, locale } of RACE_SHOTS) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme, locale });
    await page.goto(`${link}${search}`);
    await page.locator('table.places tbody tr').nth(20).waitFor({ state: 'attached' });
    await page.locator('.map[data-drawn=true]').waitFor({ state: 'attached' });
    if (search !== '') await page.locator('.athlete canvas').nth(1).waitFor();
    // The map draws its dots in the frame after their data came.
    await page.waitForRequest(/\/board|\/athletes/);
    await page.screenshot({ path: `${DIR}${name}.png` });
    process.stdout.write(`docs/screenshots/${name}.png\n`);
  }
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'light', locale: 'en' });
  await page.goto(link);
  const slider = page.getByRole('slider', { name: 'Moment of the race' });
  await slider.fill('120');
  await page.locator('header .ended', { hasText: 'Replay,' }).waitFor();
  await page.locator('table.places tbody tr').nth(20).waitFor();
  await page.evaluate("document.querySelector('.replay').scrollIntoView()");
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: `${DIR}replay-phone-light.png` });
  process.stdout.write('docs/screenshots/replay-phone-light.png\n');
}

/** The desk of a race with something decided and something to decide; and a checkpoint that would be moved. */
async function takeOrganiser(browser: Browser): Promise<void> {
  const { organiserLink } = await showRace(t, { isStored: true });
  for (const { name, width, height, colorScheme, locale, isPreview } of ORGANISER_SHOTS) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale });
    const page = await context.newPage();
    page.setDefaultTimeout(PAGE_WITHIN_MS);
    await page.goto(organiserLink(isPreview ? '/hill?edit=1' : '/hill?bib=118'));
    if (isPreview) {
      const metres = page.locator('fieldset').nth(1).locator('.row').nth(1).locator('input').nth(1);
      await metres.fill(String(Math.round(Number(await metres.inputValue())) - 500));
      const gun = page.locator('input[type=datetime-local]').nth(2);
      await gun.fill(localText(msOf(await gun.inputValue()) - 60_000));
      await page.locator('.formats button').first().click();
      await page.locator('.difference [data-bib]').nth(5).waitFor();
      await page.evaluate("document.querySelector('.difference').scrollIntoView()");
    } else {
      await page.locator('[data-finding]').first().waitFor();
      await page.locator('.athlete .desk-list li').first().waitFor();
      await page.locator('table.places tbody tr').nth(20).waitFor({ state: 'attached' });
      if ((await page.locator('[data-act]').count()) === 0) await decideSome(page);
    }
    await page.screenshot({ path: `${DIR}${name}.png`, fullPage: !isPreview });
    process.stdout.write(`docs/screenshots/${name}.png\n`);
    await context.close();
  }
}

async function decideSome(page: Page): Promise<void> {
  const panel = page.locator('section.athlete');
  await panel.locator('.act-form input').first().fill('took a bus');
  await panel.getByRole('button', { name: 'Disqualify' }).click();
  await page.locator('[data-act="1"]').getByRole('button').click();
  await page.locator('[data-act="1"] .act-form input').fill('it was somebody else');
  await page.locator('[data-act="1"] .act-form button').click();
  await page.locator('[data-act="2"]').waitFor();
}

async function takeOperations(browser: Browser): Promise<void> {
  const { link, sendBroken } = await showOperations(t);
  await sendBroken();
  const pages = await Promise.all(
    OPERATIONS_SHOTS.map(async ({ width, height }) => {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme: 'light', locale: 'en' });
      await page.goto(link);
      return page;
    }),
  );
  await delay(OPERATIONS_SHOWN_MS);
  for (const [i, { name }] of OPERATIONS_SHOTS.entries()) {
    await pages[i].screenshot({ path: `${DIR}${name}.png`, fullPage: true });
    process.stdout.write(`docs/screenshots/${name}.png\n`);
  }
}

/** Some weeks of training, with goals and what an athlete may say of themselves. */
async function takeApp(browser: Browser): Promise<void> {
  const app = await showApp(t);
  await app.register();
  await trainForWeeks(app);
  for (const { name, width, height, colorScheme, path } of APP_SHOTS) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale: 'en-GB' });
    const page = await context.newPage();
    page.setDefaultTimeout(PAGE_WITHIN_MS);
    await page.goto(app.url);
    await logInOn(page);
    await page.goto(`${app.url}${path}`);
    await page.locator('.list .card, [data-zone]').nth(2).waitFor();
    // A week has just begun on some days.
    if (path === '') await page.getByLabel('Span').selectOption('month');
    if (path === '/training') await page.locator('.chart canvas').waitFor();
    await page.screenshot({ path: `${DIR}${name}.png` });
    process.stdout.write(`docs/screenshots/${name}.png\n`);
    await context.close();
  }
}

async function takeProduct(browser: Browser): Promise<void> {
  const own = await showProduct(t);
  await own.grant(['athlete', 'administrator']);
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: 'light', locale: 'en-GB' });
  page.setDefaultTimeout(PAGE_WITHIN_MS);
  await page.goto(own.appUrl);
  await logInOn(page);
  await page.goto(own.url);
  await page.locator('.chart canvas').waitFor();
  await page.screenshot({ path: `${DIR}product-desktop-light.png`, fullPage: true });
  process.stdout.write('docs/screenshots/product-desktop-light.png\n');
}
