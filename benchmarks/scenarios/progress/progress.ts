import { randomUUID } from 'node:crypto';
import { signToken } from '../../../runtime/token.ts';
import { loadSigningKey } from '../../../runtime/token-keys.ts';
import type { Sums, Years as YearsAnswer } from '../../../schemas/athlete-progress.ts';
import { type Deployment, startDeployment } from '../../deployment/deployment.ts';
import { figureOf } from '../../figure.ts';
import { type PageTurn, timePages } from '../../page-turns.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';
import { distanceOf, fillYears, revise, statementsOf, type Years } from './fill-years.ts';

const TEN_YEARS_DAYS = 3_652;
const ATHLETES = 10;
const PAGES_PER_ROUND = 150;
const WARM_UP_PAGES = 30;
const SMOKE = { days: 400, athletes: 2, pages: 5, warmUpPages: 1 };
/** Revisions that come before each round, each in a part of its own that is not merged yet. */
const REVISIONS = 20;
const REVISED_M = 42_000;
const LIFETIME_MS = 3_600_000;
const HOUR_MS = 3_600_000;

/** What the page of progress asks when it is opened, all at once. */
const ZONE = 'timeZone=Europe/Vienna';
const BLOCKS = [...['comparisons', 'weeks', 'form', 'streaks', 'years'].map((block) => `${block}?${ZONE}`), 'records'];

/** How long the page of progress waits for its numbers, from ten years of data. */
export async function runProgress(deps: ScenarioDeps): Promise<Outcome> {
  const { options, say } = deps;
  const { days, athletes, pages, warmUpPages } = options.smoke
    ? SMOKE
    : { days: TEN_YEARS_DAYS, athletes: ATHLETES, pages: PAGES_PER_ROUND, warmUpPages: WARM_UP_PAGES };
  const deployment = await startDeployment(deps);
  const signal = AbortSignal.any([deps.signal, deployment.lostSignal]);
  const clickhouse = statementsOf(deployment, signal);
  const names = Array.from({ length: athletes }, (_, nth) => `trained-${nth}`);
  const years: Years = { athletes: names, days, endsMs: Math.floor(Date.now() / HOUR_MS) * HOUR_MS };
  await fillYears(clickhouse, years);
  say(`${count(athletes)} athletes have ${count(days)} activities each`);

  const token = await tokenFor(deployment, names[0]);
  const readPage = async () => {
    const headers = { authorization: `Bearer ${token}` };
    const answers = BLOCKS.map(async (block) => {
      const answer = await fetch(`${deployment.urls.api}/v1/progress/${block}`, { headers, signal });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${block} was answered with ${answer.status}: ${text}`);
      return text;
    });
    return Promise.all(answers);
  };
  for (let page = 0; page < warmUpPages; page++) await readPage();

  const revised = new Set<number>();
  const rounds: PageTurn[] = [];
  const reasons: string[] = [];
  for (let round = 0; round < options.rounds; round++) {
    for (let nth = 0; nth < REVISIONS; nth++) {
      const day = ((round * REVISIONS + nth) * 11) % days;
      await revise(clickhouse, years, { day, revision: 50 + round, distanceM: REVISED_M });
      revised.add(day);
    }
    const { turn, answers } = await timePages(pages, readPage);
    say(`p50 ${count(turn.p50Ms)} ms, p99 ${count(turn.p99Ms)} ms, ${count(turn.bytes)} bytes`);
    rounds.push(turn);
    reasons.push(...wrongOf(JSON.parse(answers[4]), days, revised));
  }
  const figures = {
    pageP50Ms: figureOf(rounds.map(({ p50Ms }) => p50Ms)),
    pageP99Ms: figureOf(rounds.map(({ p99Ms }) => p99Ms)),
  };
  return {
    lines: Object.entries(figures).map(([name, figure]) => `${name.padEnd(12)}${inRange(figure)} ms`),
    figures,
    notes: [`${count(athletes)} athletes with ${count(days)} activities each, ${count(pages)} pages a round`],
    measured: { athletes, days, pages, blocks: BLOCKS, rounds },
    reasons,
  };
}

/** What was filled in, against what the last page showed: revisions that came late are in it, once. */
function wrongOf({ years }: YearsAnswer, days: number, revised: ReadonlySet<number>): string[] {
  const total = (of: (sums: Sums) => number | null) => years.reduce((sum, { all }) => sum + (of(all) ?? 0), 0);
  let wantedM = 0;
  for (let day = 0; day < days; day++) wantedM += revised.has(day) ? REVISED_M : distanceOf(day);
  const found = [total(({ activities }) => activities), total(({ distanceM }) => distanceM)];
  return found[0] === days && found[1] === wantedM
    ? []
    : [`the years have ${found[0]} activities over ${found[1]} m, not ${days} over ${wantedM} m`];
}

async function tokenFor({ tokenKey }: Deployment, athlete: string): Promise<string> {
  const issuedMs = Date.now();
  return signToken(await loadSigningKey(tokenKey, '--token-key'), {
    ...{ role: 'device', subject: `watch-of-${athlete}`, athlete, tokenId: randomUUID() },
    ...{ issuedMs, expiresMs: issuedMs + LIFETIME_MS, importer: false },
  });
}
