import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../runtime/clock.ts';
import { signToken, type TokenRole } from '../../../runtime/token.ts';
import { loadSigningKey } from '../../../runtime/token-keys.ts';
import { EngineError } from '../../../stack/engine-error.ts';
import { buildPage } from '../../../stack/page.ts';
import { type Deployment, startDeployment } from '../../deployment/deployment.ts';
import { type Figure, figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';
import { startRace } from '../race/race-process.ts';
import { FAST_3G, startSlowBrowser, type Visit, type Wanted } from './slow-browser.ts';

const RACE = 'pages';
const ATHLETES = 200;
const COURSE_M = 10_000;
const VISITS = 5;
const SMOKE = { athletes: 20, visits: 1 };
const BOARD_WITHIN_MS = 60_000;
const BOARD_EVERY_MS = 200;
const LIFETIME_MS = 3_600_000;

interface Page extends Wanted {
  readonly name: string;
  readonly path: string;
}

/** How long somebody on a slow phone waits until a page is of use, page by page. */
export async function runPages(deps: ScenarioDeps): Promise<Outcome> {
  const { options, release, say } = deps;
  const { athletes, visits } = options.smoke ? SMOKE : { athletes: ATHLETES, visits: VISITS };
  const pageDir = await buildPage(say);
  if (pageDir === null) throw new EngineError('the page could not be built');
  const deployment = await startDeployment(deps, { pageDir });
  const signal = AbortSignal.any([deps.signal, deployment.lostSignal]);
  await holdRace(deployment, athletes, deps);
  await untilBoard(deployment, signal);
  const browser = await startSlowBrowser(release, options.smoke ? null : FAST_3G);
  const found = new Map<string, Visit[]>();
  // In turns, so that what else the machine does is met by all.
  for (let round = 0; round < visits; round++) {
    for (const { name, path, ...wanted } of await pagesOf(deployment)) {
      signal.throwIfAborted();
      const visit = await browser.visit(`${deployment.urls.api}${path}`, wanted);
      found.set(name, [...(found.get(name) ?? []), visit]);
    }
    say(`round ${round + 1} of ${visits}: ${[...found.keys()].length} pages`);
  }
  return outcomeOf(found);
}

/** Those of everybody, and those of whoever has a token in the link. */
async function pagesOf(deployment: Deployment): Promise<Page[]> {
  const tokenOf = async (role: TokenRole, subject: string, athlete = '') => {
    const issuedMs = Date.now();
    return signToken(await loadSigningKey(deployment.tokenKey, '--token-key'), {
      ...{ role, subject, athlete, tokenId: randomUUID(), importer: false },
      ...{ issuedMs, expiresMs: issuedMs + LIFETIME_MS },
    });
  };
  const [device, operator] = [await tokenOf('device', 'watch', 'nobody'), await tokenOf('operator', 'bench')];
  const heading = '#app h1, #app h2';
  const ownRows = 'table.places tbody tr .star';
  return [
    { name: 'race', path: `/races/${RACE}`, useful: 'table.places tbody tr .who a', data: ownRows },
    { name: 'races', path: '/races', useful: '.list a', data: '.list a time' },
    { name: 'organiser', path: `/organiser#token=${operator}`, useful: heading, data: '.list a' },
    { name: 'operations', path: `/operations#token=${operator}`, useful: heading, data: '#app table td' },
    { name: 'activity', path: `/#token=${device}`, useful: heading, data: heading },
    { name: 'progress', path: `/progress#token=${device}`, useful: heading, data: heading },
    { name: 'application', path: '/app', useful: '#app form, #app h1', data: '#app form' },
  ];
}

/** Real time, over frames, with devices: the race goes on while pages are opened. */
async function holdRace(deployment: Deployment, devices: number, { release }: ScenarioDeps): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'slipstream-pages-'));
  release.add('the grade', () => rm(dir, { recursive: true, force: true }));
  startRace(RACE, join(dir, 'grade.json'), deployment, { devices, courseM: COURSE_M, speed: 1 }, release);
}

async function untilBoard({ urls }: Deployment, signal: AbortSignal): Promise<void> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(BOARD_WITHIN_MS)]);
  for (;;) {
    const answer = await fetch(`${urls.api}/v1/races/${RACE}/board?limit=1`, { signal: within });
    const { rows = [] } = (await answer.json()) as { rows?: { rank: number | null }[] };
    if (rows[0]?.rank != null) return;
    await systemClock.sleep(BOARD_EVERY_MS);
  }
}

function outcomeOf(found: ReadonlyMap<string, readonly Visit[]>): Outcome {
  const figures: Record<string, Figure> = {};
  const lines: string[] = [];
  for (const [name, visits] of found) {
    const [first, useful, data] = (['firstMs', 'usefulMs', 'dataMs'] as const).map((key) =>
      figureOf(visits.map((visit) => visit[key])),
    );
    figures[`${name}UsefulMs`] = useful;
    figures[`${name}DataMs`] = data;
    const [last] = visits.slice(-1);
    lines.push(
      `${name.padEnd(12)}first picture ${inRange(first)} ms, of use ${inRange(useful)} ms, ` +
        `with data ${inRange(data)} ms; ` +
        `${count(last.bytes)} bytes in ${count(last.requests)} requests by then`,
    );
  }
  const all = Object.entries(figures).filter(([name]) => name.endsWith('UsefulMs'));
  const slowest = all.reduce((a, b) => (b[1].value > a[1].value ? b : a));
  return {
    lines,
    figures: { ...figures, slowestUsefulMs: slowest[1] },
    notes: [`the slowest is ${slowest[0].replace('UsefulMs', '')}`],
    measured: { visits: Object.fromEntries(found) },
    reasons: [],
  };
}
