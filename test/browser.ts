import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Debian's. */
const CHROMIUM = '/usr/bin/chromium';

/** Why no browser can be started here; undefined where one can. */
export const whyNoBrowser = existsSync(CHROMIUM) ? undefined : 'Chromium is not installed';

/** A headless Chromium for one test file. It speaks to nobody but the pages that it opens. */
export async function startBrowser(t: Pick<TestContext, 'after'>): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    timeout: 60_000,
  });
  t.after(() => browser.close());
  return browser;
}

export const PAGE_WITHIN_MS = 60_000;
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 900 }, locale: 'en-GB' };
export const PHONE: BrowserContextOptions = {
  ...{ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, locale: 'en-GB' },
};

/**
 * A page of its own, with what its console and its scripts complain of; `expected` are complaints that belong to the
 * test.
 */
export async function openPage(
  { browser, t, expected }: { browser: Browser; t: Pick<TestContext, 'after'>; expected?: RegExp },
  link: string,
  options: BrowserContextOptions = DESKTOP,
): Promise<{ page: Page; troubles: string[] }> {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(PAGE_WITHIN_MS);
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected?.test(message.text())) troubles.push(message.text());
  });
  await page.goto(link);
  return { page, troubles };
}

const LOOK_EVERY_MS = 50;

/** Waits until it is so, with rests: the page that is asked has to draw meanwhile. Fails with `what` after a minute. */
export async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + PAGE_WITHIN_MS;
  while (!(await look())) {
    assert.ok(Date.now() < untilMs, what);
    await delay(LOOK_EVERY_MS);
  }
}
