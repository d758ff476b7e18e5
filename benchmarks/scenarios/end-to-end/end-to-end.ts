import { systemClock } from '../../../runtime/clock.ts';
import { within } from '../../../runtime/release.ts';
import { type Deployment, startDeployment } from '../../deployment/deployment.ts';
import type { LoadProcess, LoadSummary } from '../../deployment/load-process.ts';
import { countDistinctRows, countRows, type StoreCounts } from '../../deployment/store-rows.ts';
import type { StoreName } from '../../options.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { startLoads } from './loads.ts';
import { observe } from './observe.ts';
import { spanBetween } from './span.ts';
import { judge } from './verdict.ts';

/**
 * Devices live faster than time passes. The measured ones begin a day behind those of the warm-up, so that their
 * samples come after everything that is there, as live data does.
 */
const WARM_UP_DAYS_AGO = 4;
const MEASURED_DAYS_AGO = 3;
const START_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 2_000;
/** Stores that take nothing for so long will not. */
const SETTLE_TIMEOUT_MS = 60_000;

/**
 * The canonical load: everything as child processes on this machine, a warm-up, then a load whose middle is measured;
 * at the end each store must hold exactly what was acknowledged.
 */
export async function runEndToEnd(deps: ScenarioDeps): Promise<Outcome> {
  const { options, say } = deps;
  const deployment = await startDeployment(deps, options);
  const signal = AbortSignal.any([deps.signal, deployment.lostSignal]);
  const summaries: LoadSummary[] = [];

  if (options.warmUpS > 0) {
    say(`warming up for ${options.warmUpS} s`);
    const loads = startLoads('warm', WARM_UP_DAYS_AGO, deployment, deps);
    await untilFlowing(loads);
    await systemClock.sleep(options.warmUpS * 1_000, signal);
    summaries.push(...(await finishAll(loads)));
    await untilStored(acknowledgedSamples(summaries), options.sinks, deployment, signal);
  }

  say(`measuring ${options.measureS} s`);
  const loads = startLoads('load', MEASURED_DAYS_AGO, deployment, deps);
  await untilFlowing(loads);
  await systemClock.sleep(options.rampS * 1_000, signal);
  const pids = new Map([
    ...deployment.pids,
    ...loads.map(({ name, pid }) => [name, pid] as const),
    ['bench', process.pid],
  ]);
  const from = await observe(options.sinks, deployment, pids, signal);
  const course = await watchRows(from.atMs + options.measureS * 1_000, options.sinks, deployment, signal);
  const to = await observe(options.sinks, deployment, pids, signal);
  const measured = await finishAll(loads);
  summaries.push(...measured);

  say('waiting until the stores hold everything');
  const expectedRows = acknowledgedSamples(summaries);
  await untilStored(expectedRows, options.sinks, deployment, signal);
  const found = await countDistinctRows(options.sinks, deployment.urls, signal);
  const rows = Object.fromEntries(options.sinks.map((store) => [store, found[store]!.rows]));
  return judge({
    span: spanBetween(from, to),
    course: course.map((counts) => pointOf(counts, from.atMs)),
    loads: measured,
    dead: summaries.reduce((sum, { dead }) => sum + dead, 0),
    expectedRows,
    rows,
    options,
  });
}

/** Throws when nothing is acknowledged in time; the loads themselves end when the run is asked to. */
async function untilFlowing(loads: readonly LoadProcess[]): Promise<void> {
  await within(START_TIMEOUT_MS, 'the first acknowledgement', async () => {
    await Promise.all(loads.map((load) => load.isFlowing));
  });
}

async function finishAll(loads: readonly LoadProcess[]): Promise<LoadSummary[]> {
  return Promise.all(loads.map((load) => load.finish()));
}

function acknowledgedSamples(summaries: readonly LoadSummary[]): number {
  return summaries.reduce((sum, { samplesAcknowledged }) => sum + samplesAcknowledged, 0);
}

/** How the stores fill over the span: a number that was sustained grows evenly. */
async function watchRows(untilMs: number, stores: readonly StoreName[], deployment: Deployment, signal: AbortSignal) {
  const course: StoreCounts[] = [];
  for (let leftMs = untilMs - performance.now(); leftMs > 0; leftMs = untilMs - performance.now()) {
    await systemClock.sleep(Math.min(LOOK_EVERY_MS, leftMs), signal);
    course.push(await countRows(stores, deployment.urls, signal));
  }
  return course;
}

function pointOf(counts: StoreCounts, startMs: number) {
  return Object.fromEntries(
    Object.entries(counts).map(([store, { atMs, rows }]) => [store, { atMs: Math.round(atMs - startMs), rows }]),
  );
}

/** Waits while rows still come. Whether it was enough is for the verdict. */
async function untilStored(
  samples: number,
  stores: readonly StoreName[],
  deployment: Deployment,
  signal: AbortSignal,
): Promise<void> {
  let before = -1;
  let progressMs = performance.now();
  for (;;) {
    const counts = Object.values(await countRows(stores, deployment.urls, signal)).map(({ rows }) => rows);
    if (counts.every((rows) => rows >= samples)) return;
    const now = counts.reduce((sum, rows) => sum + rows, 0);
    if (now > before) progressMs = performance.now();
    before = now;
    if (performance.now() - progressMs > SETTLE_TIMEOUT_MS) return;
    await systemClock.sleep(250, signal);
  }
}
