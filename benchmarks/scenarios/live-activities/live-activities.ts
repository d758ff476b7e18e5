import { systemClock } from '../../../runtime/clock.ts';
import { histogramBetween, quantileOf, readHistogram, readValue } from '../../../runtime/metrics-page.ts';
import { within } from '../../../runtime/release.ts';
import { type Account, coresOf, openAccount, otherCores, totalOf } from '../../cpu-account.ts';
import { type Deployment, startDeployment } from '../../deployment/deployment.ts';
import type { LoadSummary } from '../../deployment/load-process.ts';
import { answerOf, countDistinctRows, countRows } from '../../deployment/store-rows.ts';
import { type Figure, figureOf } from '../../figure.ts';
import { STORES } from '../../options.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count } from '../../words.ts';
import { wrongDistinct } from '../whole-path/wrong-distinct.ts';
import { type Behind, behindOf, CONSUMERS, type Consumer, isGrowing, type Look, wordsOf } from './course.ts';
import { startWearables } from './wearables.ts';

/** One process has room for 16,000 connections, and for fewer than 20,000 open files. */
const INGEST_PROCESSES = 2;
/** Opening thousands of connections takes its time, with tokens checked and every boot met. */
const CONNECT_TIMEOUT_MS = 180_000;
const LOOK_EVERY_MS = 5_000;
const SETTLE_MS = 60_000;
const SETTLE_LOOK_MS = 500;
const ALL_LIVE_MS = 30_000;
const SPARE_S = 120;

interface Watched extends Look {
  readonly processors: string;
}

/** Whether the whole path keeps up with so many activities that go on at once, each a sample a second. */
export async function runLiveActivities(deps: ScenarioDeps): Promise<Outcome> {
  return watchActivities(deps, { load: {} });
}

export interface WatchedKind {
  /** Options of the load besides how many devices there are and how fast they send. */
  readonly load: Readonly<Record<string, string | number>>;
  /** Done before the first device is there, and when all have been on the way for the measured time. */
  before?(deployment: Deployment): Promise<void>;
  atEnd?(deployment: Deployment): Promise<void>;
}

/** The measurement of {@link runLiveActivities} for activities of any kind. */
export async function watchActivities(deps: ScenarioDeps, { load, before, atEnd }: WatchedKind): Promise<Outcome> {
  const { options, say } = deps;
  const { activities, activitiesS, warmUpS } = options;
  const deployment = await startDeployment(deps, { ingestProcesses: INGEST_PROCESSES });
  const signal = AbortSignal.any([deps.signal, deployment.lostSignal]);
  await before?.(deployment);
  say(`connecting ${count(activities)} devices`);
  const loads = startWearables(activities, warmUpS + activitiesS + SPARE_S, deployment, deps, load);
  await within(CONNECT_TIMEOUT_MS, 'the first acknowledgements', async () => {
    await Promise.all(loads.map((load) => load.isFlowing));
  });
  await systemClock.sleep(warmUpS * 1_000, signal);
  say(`measuring ${activitiesS} s`);
  const close = openAccount(new Map([...deployment.pids, ...loads.map(({ name, pid }) => [name, pid] as const)]));
  const looks = await watch(activitiesS * 1_000, deployment, signal);
  const account = close();
  looks.push(await untilAllLive(activities, deployment, signal));
  await atEnd?.(deployment);
  const summaries = await Promise.all(loads.map((load) => load.finish()));
  say('waiting until the stores hold everything');
  const acknowledged = summaries.reduce((sum, { samplesAcknowledged }) => sum + samplesAcknowledged, 0);
  await untilStored(acknowledged, deployment, signal);
  const distinct = await countDistinctRows(STORES, deployment.urls, signal);
  const rows = Object.fromEntries(STORES.map((store) => [store, distinct[store]!.rows]));
  return outcomeOf({ activities, looks, account, summaries, acknowledged, rows });
}

async function watch(forMs: number, deployment: Deployment, signal: AbortSignal): Promise<Watched[]> {
  const looks = [await look(deployment, signal)];
  const untilMs = looks[0].atMs + forMs;
  for (let leftMs = forMs; leftMs > 0; leftMs = untilMs - performance.now()) {
    await systemClock.sleep(Math.min(LOOK_EVERY_MS, leftMs), signal);
    looks.push(await look(deployment, signal));
  }
  return looks;
}

/** Waits a while for those who have not moved yet; whether it was enough is for the verdict. */
async function untilAllLive(activities: number, deployment: Deployment, signal: AbortSignal): Promise<Watched> {
  for (const untilMs = performance.now() + ALL_LIVE_MS; ; ) {
    const now = await look(deployment, signal);
    const live = readValue(now.processors, 'slipstream_activities_live');
    if (live >= activities || performance.now() >= untilMs) return now;
    await systemClock.sleep(SETTLE_LOOK_MS, signal);
  }
}

async function look({ ingestAdmins, urls }: Deployment, signal: AbortSignal): Promise<Watched> {
  const [processors, ...ingests] = await Promise.all(
    [urls.processorsAdmin, ...ingestAdmins].map((url) => answerOf(`${url}/metrics`, signal)),
  );
  const accepted = ingests.reduce((sum, page) => sum + readValue(page, 'slipstream_ingest_samples_total'), 0);
  const atMs = performance.now();
  const stored = await countRows(STORES, urls, signal);
  const folded = ['folded', 'repeated', 'late'].map((what) =>
    readValue(processors, `slipstream_rollup_samples_${what}`),
  );
  return {
    atMs,
    accepted,
    done: {
      questdb: stored.questdb!.rows,
      clickhouse: stored.clickhouse!.rows,
      holder: folded.reduce((sum, samples) => sum + samples, 0),
    },
    processors,
  };
}

/** Waits a while; whether it was enough the count at the end tells. */
async function untilStored(rows: number, { urls }: Deployment, signal: AbortSignal): Promise<void> {
  for (const untilMs = performance.now() + SETTLE_MS; performance.now() < untilMs; ) {
    const found = await countRows(STORES, urls, signal);
    if (Object.values(found).every((some) => some.rows >= rows)) return;
    await systemClock.sleep(SETTLE_LOOK_MS, signal);
  }
}

interface Run {
  readonly activities: number;
  readonly looks: readonly Watched[];
  readonly account: Account;
  readonly summaries: readonly LoadSummary[];
  readonly acknowledged: number;
  readonly rows: Readonly<Record<string, number>>;
}

function outcomeOf({ activities, looks, account, summaries, acknowledged, rows }: Run): Outcome {
  const [from, to] = [looks[0], looks[looks.length - 1]];
  const behind = Object.fromEntries(
    CONSUMERS.map((consumer) => [consumer, behindOf(looks, consumer, activities)]),
  ) as Record<Consumer, Behind>;
  const growing = CONSUMERS.filter((consumer) => isGrowing(behind[consumer]));
  const acceptedPerS = ((to.accepted - from.accepted) / (to.atMs - from.atMs)) * 1_000;
  const isOffered = acceptedPerS > 0.99 * activities;
  const liveActivities = readValue(to.processors, 'slipstream_activities_live');
  const slowestPerS = Math.min(acceptedPerS, ...growing.map((consumer) => behind[consumer].samplesPerS));
  const checkpoints = checkpointsBetween(from, to);
  const loss = (of: (summary: LoadSummary) => number) => summaries.reduce((sum, summary) => sum + of(summary), 0);
  const lost = loss(({ dead, refusals, lostConnections }) => dead + refusals + lostConnections);
  const cores = coresOf(account);
  const figures: Record<string, Figure> = {
    activities: figureOf([growing.length === 0 && isOffered ? activities : slowestPerS]),
    ...Object.fromEntries(CONSUMERS.map((one) => [`worstBehindS.${one}`, figureOf([behind[one].worstS])])),
    ackP99Ms: figureOf([Math.max(...summaries.map(({ ackP99Ms }) => ackP99Ms))]),
    checkpointBytesPerS: figureOf([checkpoints.bytesPerS]),
    ourCores: figureOf([totalOf(account.cpuMs) / account.elapsedMs]),
  };
  return {
    lines: [
      `live activities         ${count(liveActivities)} of ${count(activities)}, ${count(acceptedPerS)} samples/s`,
      ...CONSUMERS.map((one) => {
        const { worstS, slope } = behind[one];
        const rise = `${(1_000 * slope).toFixed(2)} ms more a second`;
        return `${`behind, ${one}`.padEnd(24)}${count(worstS)} s at most, ${rise}: ${wordsOf(behind[one])}`;
      }),
      `checkpoints             ${count(checkpoints.bytesPerS)} B/s, encoded in ${count(checkpoints.encodeP50Ms)} ms`,
      `cores                   ${count(figures.ourCores.value)}: ${listed(cores)}`,
      `memory of processors    ${count(readValue(to.processors, 'process_resident_memory_bytes') / 2 ** 20)} MiB`,
    ],
    figures,
    notes: [`the load used ${count(sumOf(cores, (name) => name.startsWith('live-')))} of the cores`],
    measured: {
      ...{ activities, liveActivities, acceptedPerS, acknowledged, rows, behind, growing, checkpoints, cores },
      otherCores: otherCores(account, 0),
      memoryBytes: looks.map(({ processors }) => readValue(processors, 'process_resident_memory_bytes')),
      eventLoopP99Ms: looks.map(({ processors }) => 1_000 * readValue(processors, 'nodejs_eventloop_lag_p99_seconds')),
      lateSamples: readValue(to.processors, 'slipstream_activity_samples_late'),
      recomputesWaiting: readValue(to.processors, 'slipstream_activity_recomputes_waiting'),
      loads: summaries,
    },
    reasons: [
      ...(lost > 0 ? [`${count(lost)} frames were dead or refused, or connections lost`] : []),
      ...(liveActivities === activities
        ? []
        : [`${count(liveActivities)} activities went on, not ${count(activities)}`]),
      ...wrongDistinct(rows, acknowledged),
    ],
  };
}

function checkpointsBetween(from: Watched, to: Watched) {
  const between = (name: string) =>
    histogramBetween(readHistogram(from.processors, name, {}), readHistogram(to.processors, name, {}));
  const name = 'slipstream_checkpoint_bytes_total';
  const bytes = readValue(to.processors, name) - readValue(from.processors, name);
  const [encode, duration] = [between('checkpoint_encode_ms'), between('checkpoint_duration_ms')];
  return {
    bytesPerS: (bytes / (to.atMs - from.atMs)) * 1_000,
    count: duration.bounds.at(-1)?.count ?? 0,
    encodeP50Ms: quantileOf(encode, 0.5),
    encodeP99Ms: quantileOf(encode, 0.99),
    durationP50Ms: quantileOf(duration, 0.5),
    durationP99Ms: quantileOf(duration, 0.99),
    eldestMs: readValue(to.processors, 'slipstream_checkpoint_age_ms'),
  };
}

function sumOf(cores: Readonly<Record<string, number>>, isMeant: (name: string) => boolean): number {
  return Object.entries(cores).reduce((sum, [name, used]) => sum + (isMeant(name) ? used : 0), 0);
}

function listed(cores: Readonly<Record<string, number>>): string {
  const load = sumOf(cores, (name) => name.startsWith('live-'));
  const others = Object.entries(cores).filter(([name]) => !name.startsWith('live-'));
  return [...others, ['load', load] as const].map(([name, used]) => `${name} ${used.toFixed(2)}`).join(', ');
}
