import { join } from 'node:path';
import { systemClock } from '../../../runtime/clock.ts';
import { createSilentLog } from '../../../runtime/log.ts';
import { readValue } from '../../../runtime/metrics-page.ts';
import { openPlatform, platformOptions } from '../../../runtime/nats/platform.ts';
import { readOptions } from '../../../runtime/options.ts';
import { findUwsNode, type UwsNode } from '../../../runtime/sockets/uws-node.ts';
import { startNats } from '../../../stack/nats.ts';
import { freePort } from '../../../stack/ports.ts';
import { coresOf, openAccount, otherCores } from '../../cpu-account.ts';
import { type CrowdPlan, type CrowdSeen, startCrowd } from '../../crowd/crowd.ts';
import { makeDataDir } from '../../deployment/deployment.ts';
import { answerOf } from '../../deployment/store-rows.ts';
import { type Figure, figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count } from '../../words.ts';
import { createBoardFeed, FED_RACE } from './board-feed.ts';
import { greatestChoice, watchersChoices } from './choices.ts';
import { ADAPTERS, type Adapter, startWatchApi, type WatchApi } from './watch-api.ts';

/** A process may open 20,000 files, on either side. */
const WATCHERS_A_PROCESS = 12_500;
const SPARE_WATCHERS = 1_000;
/** A little more often than twice a second, so that a board that comes late costs nobody an update. */
const BOARD_EVERY_MS = 450;
const WANTED_UPDATES_PER_S = 2;
/** Ends of the measured span cut an update off. */
const TOLERANCE = 0.95;
const SLOW_EVERY = 100;
const LEAST_SLOW = 5;
const MAX_FILE_BYTES = 128 * 2 ** 30;
const MIB = 2 ** 20;

interface Side {
  readonly adapter: Adapter;
  readonly watchers: number;
  readonly connected: number;
  readonly served: number;
  readonly seen: readonly CrowdSeen[];
  readonly bytesPerS: number;
  readonly slow: Readonly<Record<'slow' | 'caughtUp' | 'cutOff' | 'leftOut', number>>;
  readonly memoryMib: { readonly before: number; readonly connected: number; readonly atEnd: number };
  readonly cores: Readonly<Record<string, number>>;
  readonly otherCores: number;
  readonly troubles: readonly string[];
}

/** Whether so many can watch one race, each told twice a second, with ws and with uWebSockets.js. */
export async function runWatchers(deps: ScenarioDeps): Promise<Outcome> {
  const { options, release, say } = deps;
  const dir = await makeDataDir(release);
  const nats = await startNats({ dir: join(dir, 'nats'), port: await freePort(), maxFileBytes: MAX_FILE_BYTES });
  release.add('nats-server', () => nats.stop());
  const platform = await openPlatform(
    readOptions(platformOptions, { argv: [`--nats-urls=${nats.urls.nats}`], env: {} }),
    {
      ...{ name: 'watchers', logger: createSilentLog(), release },
    },
  );
  const { bus, names } = platform;
  const feed = await createBoardFeed({
    ...{ athletes: options.watchedAthletes, bus, names },
    ...{ config: await platform.config(), boards: await platform.boards() },
  });
  release.add('the questions about the board', () => feed.stop());
  const feeding = new AbortController();
  const fed = feed.run(BOARD_EVERY_MS, AbortSignal.any([deps.signal, feeding.signal]));
  const uws = await findUwsNode();
  const nodes: Record<Adapter, UwsNode | string> = { ws: { command: process.execPath, args: [] }, uws };
  const sides: Side[] = [];
  const notes: string[] = [];
  for (const adapter of ADAPTERS) {
    const node = nodes[adapter];
    if (typeof node === 'string') {
      notes.push(`without uWebSockets.js, which does not load here: ${node}`);
      continue;
    }
    const watchers = adapter === 'ws' ? options.wsWatchers : options.uwsWatchers;
    say(`${count(watchers)} watch, ${adapter}`);
    sides.push(await measureSide(deps, { adapter, node, watchers, natsUrl: nats.urls.nats, dir, bibs: feed.bibs }));
  }
  feeding.abort();
  await fed;
  return outcomeOf(sides, notes);
}

interface SidePlan {
  readonly adapter: Adapter;
  readonly node: UwsNode;
  readonly watchers: number;
  readonly natsUrl: string;
  readonly dir: string;
  readonly bibs: readonly string[];
}

async function measureSide(deps: ScenarioDeps, plan: SidePlan): Promise<Side> {
  const { release, signal, options } = deps;
  const { adapter, watchers } = plan;
  const processes = Math.ceil(watchers / WATCHERS_A_PROCESS);
  const share = Math.ceil(watchers / processes);
  const apis: WatchApi[] = [];
  for (let n = 1; n <= processes; n++) {
    const api = await startWatchApi(`api-${adapter}-${n}`, { ...plan, maxWatchers: share + SPARE_WATCHERS });
    release.add(`api-${adapter}-${n}`, () => api.engine.stop(), { timeoutMs: 60_000 });
    apis.push(api);
  }
  const crowds = apis.map((_, n) => startCrowd(`crowd-${adapter}-${n + 1}`, release));
  const memory = async () => {
    const pages = await Promise.all(apis.map(({ engine }) => answerOf(`${engine.urls.admin}/metrics`, signal)));
    return pages.reduce((sum, page) => sum + readValue(page, 'process_resident_memory_bytes'), 0) / MIB;
  };
  const before = await memory();
  const slowEvery = Math.max(2, Math.min(SLOW_EVERY, Math.floor(share / LEAST_SLOW)));
  const opened = await Promise.all(
    crowds.map((crowd, n) => {
      const { host, port } = apis[n];
      const crowdPlan: CrowdPlan = {
        ...{ host, port, path: `/v1/live/races/${FED_RACE}?encoding=deflate`, localAddress: `127.0.0.${n + 2}` },
        watchers: Math.min(share, watchers - n * share),
        ...{ choices: watchersChoices(plan.bibs), slowEvery, slowChoice: greatestChoice(plan.bibs) },
      };
      return crowd.open(crowdPlan);
    }),
  );
  await systemClock.sleep(options.warmUpS * 1_000, signal);
  const connected = await memory();
  const pids = [
    ...apis.map(({ engine }) => [engine.name, engine.pid] as const),
    ...crowds.map(({ pid }, n) => [`crowd-${n + 1}`, pid] as const),
  ];
  const close = openAccount(new Map([...pids, ['bench', process.pid]]));
  for (const crowd of crowds) crowd.measure();
  await systemClock.sleep(options.measureS * 1_000, signal);
  const seen = await Promise.all(crowds.map((crowd) => crowd.tell()));
  const account = close();
  const atEnd = await memory();
  const slow = await Promise.all(crowds.map((crowd) => crowd.catchUp()));
  for (const { engine } of apis) await engine.stop();
  const readers = seen.reduce((sum, one) => sum + one.readers, 0);
  const isServed = (updatesPerS: number) => updatesPerS >= TOLERANCE * WANTED_UPDATES_PER_S;
  const served = seen.reduce((sum, one) => sum + one.updatesPerS.filter(isServed).length, 0);
  const slowSum = (of: (one: (typeof slow)[number]) => number) => slow.reduce((sum, one) => sum + of(one), 0);
  const [caughtUp, cutOff] = [slowSum((one) => one.caughtUp), slowSum((one) => one.cutOff)];
  return {
    ...{ adapter, watchers, connected: opened.reduce((sum, one) => sum + one.opened, 0) },
    served: served + caughtUp + cutOff,
    seen: seen.map((one) => ({ ...one, updatesPerS: spreadOf(one.updatesPerS) })),
    bytesPerS: seen.reduce((sum, one) => sum + one.bytesPerS, 0) / Math.max(1, readers),
    slow: { slow: slowSum((one) => one.slow), caughtUp, cutOff, leftOut: slowSum((one) => one.leftOut) },
    memoryMib: { before, connected, atEnd },
    cores: coresOf(account),
    otherCores: otherCores(account, 0),
    troubles: [...opened.map(({ refused }) => refused), ...seen.map(({ lost }) => lost)].flatMap((by) =>
      Object.entries(by).map(([why, many]) => `${adapter}: ${many} watchers: ${why}`),
    ),
  };
}

/** Least, middle and greatest. */
function spreadOf(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return [0, Math.floor(sorted.length / 2), sorted.length - 1].map((i) => sorted[i] ?? 0);
}

function outcomeOf(sides: readonly Side[], notes: readonly string[]): Outcome {
  const figures: Record<string, Figure> = {};
  for (const { adapter, served, bytesPerS, memoryMib, seen } of sides) {
    figures[`${adapter}Watchers`] = figureOf([served]);
    figures[`${adapter}BytesPerS`] = figureOf([bytesPerS]);
    figures[`${adapter}MemoryMib`] = figureOf([memoryMib.atEnd]);
    figures[`${adapter}AgeP99Ms`] = figureOf([Math.max(...seen.map(({ ageMs }) => ageMs.p99))]);
  }
  return {
    lines: sides.map(({ adapter, served, watchers, bytesPerS, slow, memoryMib, seen, cores }) => {
      const least = Math.min(...seen.map(({ updatesPerS }) => updatesPerS[0]));
      const used = Object.entries(cores).map(([name, cpu]) => `${name} ${cpu.toFixed(2)}`);
      return (
        `${adapter.padEnd(6)}${count(served)} of ${count(watchers)} served, ${least.toFixed(2)} updates a second ` +
        `at least, ${count(bytesPerS)} B/s each; ${slow.caughtUp} of ${slow.slow} slow ones had the newest again, ` +
        `${slow.leftOut} of them whole, ${slow.cutOff} were cut off; ` +
        `${count(memoryMib.atEnd)} MiB; cores: ${used.join(', ')}`
      );
    }),
    figures,
    notes: [...notes, 'the board is told by the benchmark, in the place of its holder'],
    measured: { sides },
    reasons: sides.flatMap(({ troubles, slow, connected, watchers, adapter }) => [
      ...troubles,
      ...(connected === watchers ? [] : [`${adapter}: ${count(connected)} of ${count(watchers)} are connected`]),
      ...(slow.caughtUp + slow.cutOff === slow.slow ? [] : [`${adapter}: ${slow.slow - slow.caughtUp} were stuck`]),
    ]),
  };
}
