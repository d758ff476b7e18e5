import { randomBytes } from 'node:crypto';
import { loadDeviceName } from '../../../device-sim/load/load.ts';
import { madeCourse } from '../../../device-sim/race/race-courses.ts';
import { createTokenSource } from '../../../device-sim/token.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { createWebsocketConnect } from '../../../runtime/device-client/websocket.ts';
import { createLatencyHistogram } from '../../../runtime/latency.ts';
import { within } from '../../../runtime/release.ts';
import { createCourseLine } from '../../../schemas/course-line.ts';
import { WEBSOCKET_PATH } from '../../../schemas/names.ts';
import { type Account, coresOf, openAccount, otherCores, totalOf } from '../../cpu-account.ts';
import { type CrowdSeen, startCrowd } from '../../crowd/crowd.ts';
import { type Deployment, startDeployment } from '../../deployment/deployment.ts';
import { startLoad } from '../../deployment/load-process.ts';
import { figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';
import { FIELD_COURSE, FIELD_RACE, writeField } from '../race-size/field.ts';
import { greatestChoice, watchersChoices } from '../watchers/choices.ts';
import { follow } from './follow.ts';
import { FollowedRunner, sendEachSecond } from './followed-runner.ts';

const FOLLOWED = 20;
const RIDES = 24;
const WINDOW = 8;
const DIGITS = 5;
const START_TIMEOUT_MS = 120_000;
const SETTLE_MS = 30_000;
const LOOK_EVERY_MS = 250;
/** Of the load's contents, however long the run takes. */
const SPAN_S = 1_200;
const SLOW_EVERY = 100;

/** How long a frame takes from its device until somebody who follows its athlete is told, with many who watch. */
export async function runBoard(deps: ScenarioDeps): Promise<Outcome> {
  const { options, release, say } = deps;
  const { watchedAthletes: athletes, boardWatchers, warmUpS, measureS, rounds } = options;
  const others = athletes - FOLLOWED;
  if (others < 1) throw new RangeError(`there are ${FOLLOWED} runners who are followed, and more than those`);
  const deployment = await startDeployment(deps);
  const signal = AbortSignal.any([deps.signal, deployment.lostSignal]);
  const { urls } = deployment;
  const own = Array.from({ length: FOLLOWED }, (_, n) => `followed-${n + 1}`);
  const load = Array.from({ length: others }, (_, n) => loadDeviceName('live-1', n, DIGITS));
  await writeField([...load, ...own], deployment, release);
  const field = startLoad(
    'live-1',
    deployment,
    {
      ...{ raceRides: 'true', ...FIELD_COURSE, rides: Math.min(RIDES, others), protocols: 'raw', devices: others },
      ...{ window: WINDOW, samplesPerFrame: 1, sampleGapMs: 1_000, frames: 0, spanS: SPAN_S },
      ...{ framesPerS: others, framesPerTurn: 1 },
    },
    release,
  );
  await within(START_TIMEOUT_MS, 'the first acknowledgement', () => field.isFlowing);
  const bibs = Array.from({ length: athletes }, (_, n) => String(n + 1));
  const crowd = startCrowd('crowd', release);
  const { hostname: host, port } = new URL(urls.api);
  const opened = await crowd.open({
    ...{ host, port: Number(port), path: `/v1/live/races/${FIELD_RACE}?encoding=deflate`, localAddress: '127.0.0.2' },
    ...{ watchers: boardWatchers, choices: watchersChoices(bibs), slowEvery: SLOW_EVERY },
    slowChoice: greatestChoice(bibs),
  });
  say(`${count(athletes)} run, ${count(opened.opened)} watch`);
  const runners = await openRunners(deployment, own, bibs.slice(others));
  release.add('the followed runners', async () => void (await Promise.all(runners.map((one) => one.close()))));
  // After all others: whoever came last is told last.
  const following = await follow(urls.api, FIELD_RACE, runners);
  release.add('who follows', () => following.close());

  const stopSending = new AbortController();
  const sending = sendEachSecond(runners, (ms) => systemClock.sleep(ms), AbortSignal.any([signal, stopSending.signal]));
  await within(START_TIMEOUT_MS, 'each runner on the board', async () => {
    while (runners.some(({ seen }) => seen === 0)) await systemClock.sleep(LOOK_EVERY_MS, signal);
  });
  await systemClock.sleep(warmUpS * 1_000, signal);
  crowd.measure();
  const turns: Turn[] = [];
  for (let round = 0; round < rounds; round++) {
    const latency = createLatencyHistogram();
    const pids = [...deployment.pids, ['load', field.pid], ['crowd', crowd.pid], ['bench', process.pid]] as const;
    const close = openAccount(new Map(pids));
    for (const runner of runners) runner.measureInto(latency);
    await systemClock.sleep(measureS * 1_000, signal);
    const [p50Ms, p99Ms, maxMs] = [latency.quantileMs(0.5), latency.quantileMs(0.99), latency.maxMs];
    turns.push({ measured: latency.count, p50Ms, p99Ms, maxMs, account: close() });
    say(`p50 ${Math.round(p50Ms)} ms, p99 ${Math.round(p99Ms)} ms, at most ${Math.round(maxMs)} ms`);
  }
  const watched = await crowd.tell();
  stopSending.abort();
  await sending;
  const unseen = () => runners.reduce((sum, one) => sum + one.sent - one.seen, 0);
  for (const untilMs = performance.now() + SETTLE_MS; unseen() > 0 && performance.now() < untilMs; )
    await systemClock.sleep(LOOK_EVERY_MS, signal);
  const slow = await crowd.catchUp();
  const summary = await field.finish();
  const failed = runners.flatMap((one) => one.failed);
  const strange = runners.reduce((sum, one) => sum + one.strange, 0);
  return {
    ...summaryOf(turns, watched),
    measured: {
      ...{ athletes, watchers: opened.opened, unseen: unseen(), strange, slow, load: summary },
      turns: turns.map(({ account, ...turn }) => ({
        ...turn,
        cores: coresOf(account),
        others: otherCores(account, 0),
      })),
      watched: { ...watched, updatesPerS: [Math.min(...watched.updatesPerS), Math.max(...watched.updatesPerS)] },
    },
    reasons: [
      ...following.lost.map((why) => `who follows lost the connection: ${why}`),
      ...Object.entries({ ...opened.refused, ...watched.lost }).map(([why, many]) => `${many} watchers: ${why}`),
      ...(unseen() > 0 ? [`${unseen()} frames were never seen on the board`] : []),
      ...(failed.length > 0 ? [`${failed.length} frames were not acknowledged: ${failed[0]}`] : []),
      ...(slow.caughtUp + slow.cutOff === slow.slow ? [] : [`${slow.slow - slow.caughtUp} slow watchers were stuck`]),
      ...(summary.dead + summary.refusals + summary.lostConnections > 0 ? ['frames were dead or refused'] : []),
    ],
  };
}

interface Turn {
  readonly measured: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly account: Account;
}

async function openRunners(
  { host, websocketPort, tokenKey }: Deployment,
  devices: readonly string[],
  bibs: readonly string[],
): Promise<FollowedRunner[]> {
  const tokenFor = await createTokenSource(tokenKey, systemClock);
  const connect = createWebsocketConnect({ url: `ws://${host}:${websocketPort}${WEBSOCKET_PATH}` });
  const line = createCourseLine(madeCourse(FIELD_COURSE));
  return Promise.all(
    devices.map(async (device, i) => {
      const connection = await connect({ device, token: await tokenFor(device) });
      return new FollowedRunner({ bib: bibs[i], device, boot: randomBytes(8).toString('hex'), line, connection });
    }),
  );
}

function summaryOf(turns: readonly Turn[], watched: CrowdSeen): Pick<Outcome, 'lines' | 'figures' | 'notes'> {
  const figures = {
    deltaP50Ms: figureOf(turns.map(({ p50Ms }) => p50Ms)),
    deltaP99Ms: figureOf(turns.map(({ p99Ms }) => p99Ms)),
    deltaMaxMs: figureOf(turns.map(({ maxMs }) => maxMs)),
    cores: figureOf(turns.map(({ account }) => totalOf(account.cpuMs) / account.elapsedMs)),
  };
  const { deltaP50Ms, deltaP99Ms, deltaMaxMs } = figures;
  const used = Object.entries(coresOf(turns[turns.length - 1].account)).map(([name, n]) => `${name} ${n.toFixed(2)}`);
  return {
    lines: [
      ...Object.entries({ deltaP50Ms, deltaP99Ms, deltaMaxMs }).map(
        ([name, figure]) => `${name.padEnd(16)}${inRange(figure)} ms`,
      ),
      `watchers        ${Math.min(...watched.updatesPerS).toFixed(1)} updates a second at least, ` +
        `a board is ${count(watched.ageMs.p99)} ms old at 99 %`,
      `cores           ${used.join(', ')}`,
    ],
    figures,
    notes: ['the load and those who watch share the cores'],
  };
}
