import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { systemClock } from '../../../runtime/clock.ts';
import type { ReleaseStack } from '../../../runtime/release.ts';
import { EngineError } from '../../../stack/engine-error.ts';

/** Debian's. */
const CHROMIUM = '/usr/bin/chromium';
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
];
const VISIT_WITHIN_MS = 60_000;
const ASK_EVERY_MS = 50;

/** The preset "Fast 3G" of Chromium's developer tools, with the factors that it puts on 150 ms, 1.6 and 0.75 Mbit/s. */
export const FAST_3G = {
  offline: false,
  latency: 150 * 3.75,
  downloadThroughput: ((1.6 * 1024 * 1024) / 8) * 0.9,
  uploadThroughput: ((750 * 1024) / 8) * 0.9,
};

type Network = typeof FAST_3G;

export interface Visit {
  /** Since the visit began, ms: the first picture with anything, with what the page is for, and with its data. */
  readonly firstMs: number;
  readonly usefulMs: number;
  readonly dataMs: number;
  /** What came over the network until then. */
  readonly bytes: number;
  readonly requests: number;
}

/** What a page has to have drawn, as selectors. */
export interface Wanted {
  readonly useful: string;
  readonly data: string;
}

export interface SlowBrowser {
  /** Opens an address as somebody who was never there, on a phone. Throws when it is not drawn within a minute. */
  visit(url: string, wanted: Wanted): Promise<Visit>;
}

/** A Chromium on a slow network, or on the machine's own with null. Throws EngineError where there is none. */
export async function startSlowBrowser(release: ReleaseStack, network: Network | null): Promise<SlowBrowser> {
  if (!existsSync(CHROMIUM)) throw new EngineError(`no Chromium at ${CHROMIUM}: apt-get install chromium`);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: SWITCHES, timeout: VISIT_WITHIN_MS });
  release.add('Chromium', () => browser.close(), { timeoutMs: 20_000 });
  return { visit: (url, wanted) => visit(browser, url, { ...wanted, network }) };
}

async function visit(browser: Browser, url: string, wanted: Wanted & { network: Network | null }): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(VISIT_WITHIN_MS);
    const tools = await context.newCDPSession(page);
    await tools.send('Network.enable');
    if (wanted.network) await tools.send('Network.emulateNetworkConditions', wanted.network);
    let [bytes, requests] = [0, 0];
    tools.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    tools.on('Network.requestWillBeSent', () => requests++);
    await page.addInitScript({ content: watchPictures(wanted) });
    await page.goto(url, { waitUntil: 'commit' });
    return { ...(await drawn(page)), bytes, requests };
  } finally {
    await context.close();
  }
}

type Pictures = Pick<Visit, 'firstMs' | 'usefulMs' | 'dataMs'>;

/** The page may evaluate nothing by itself, so it is asked from outside. */
async function drawn(page: Page): Promise<Pictures> {
  for (const fromMs = performance.now(); performance.now() - fromMs < VISIT_WITHIN_MS; ) {
    const pictures = await page.evaluate<Pictures | null>(`(${READ_PICTURES})()`);
    if (pictures !== null) return pictures;
    await systemClock.sleep(ASK_EVERY_MS);
  }
  throw new Error(`${page.url().split('#')[0]} was not drawn within ${VISIT_WITHIN_MS} ms`);
}

/** Runs in the page, before anything of it: notes the picture in which each thing that is wanted was there first. */
function watchPictures({ useful, data }: Wanted): string {
  return `{
    const pictures = (globalThis.pictures = { usefulMs: 0, dataMs: 0 });
    const isThere = (selector) => (document.querySelector(selector)?.getClientRects().length ?? 0) > 0;
    const look = () => {
      if (pictures.usefulMs === 0 && isThere(${JSON.stringify(useful)})) pictures.usefulMs = performance.now();
      if (pictures.dataMs === 0 && isThere(${JSON.stringify(data)})) pictures.dataMs = performance.now();
      if (pictures.dataMs === 0) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }`;
}

/** Runs in the page: null until everything was there. */
const READ_PICTURES = `() => {
  const [first] = performance.getEntriesByName('first-contentful-paint');
  const { pictures } = globalThis;
  return first === undefined || pictures.dataMs === 0 ? null : { firstMs: first.startTime, ...pictures };
}`;
