import { availableParallelism } from 'node:os';
import { systemClock } from '../../../runtime/clock.ts';
import { readValue } from '../../../runtime/metrics-page.ts';
import { within } from '../../../runtime/release.ts';
import { openCoreWaits } from '../../core-waits.ts';
import { type Account, openAccount, otherCores } from '../../cpu-account.ts';
import { type LoadSummary, startLoad } from '../../deployment/load-process.ts';
import { answerOf } from '../../deployment/store-rows.ts';
import { figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';
import { startOurPath } from '../whole-path/our-path.ts';
import { createPathRuns, troublesOf } from '../whole-path/path.ts';
import { lineOf } from '../whole-path/whole-path.ts';
import { wrongDistinct } from '../whole-path/wrong-distinct.ts';
import { type Probed, probe } from './probe.ts';

const START_TIMEOUT_MS = 60_000;
const SETTLE_MS = 60_000;
const LOOK_EVERY_MS = 250;
/** Of all shards together: what is just on its way. */
const MAX_LAG_MESSAGES = 8;

interface Turn extends Account {
  readonly probed: Probed;
  readonly load: LoadSummary;
  readonly otherCores: number;
  /** By the name of the process: how long its threads were ready to run while no core was free. */
  readonly waitedMs: Readonly<Record<string, number>>;
}

/** How long a frame takes to be acknowledged, and to be found in both stores, at half of what the path sustains. */
export async function runHalfLoad(deps: ScenarioDeps): Promise<Outcome> {
  const { options, release, say, signal } = deps;
  const { devices, window, samplesPerFrame, sampleGapMs, warmUpS, roundS, rampS, measureS, rounds } = options;
  const path = await startOurPath(deps);
  const runs = createPathRuns(path, deps);
  say('warming up');
  const warm = await runs.warmUp(warmUpS, options);
  const most = await runs.send(warm * roundS, options);
  say(lineOf(most));
  const samplesPerS = most.samplesPerS / 2;
  await untilShardsCaughtUp();
  let acknowledged = runs.acknowledgedSamples();
  const turns: Turn[] = [];
  for (let round = 0; round < rounds; round++) {
    const load = startLoad(
      `half-${round}`,
      path.target,
      {
        ...{ protocols: 'raw', devices, window, samplesPerFrame, sampleGapMs, frames: 0 },
        ...{ framesPerS: samplesPerS / samplesPerFrame, framesPerTurn: 1 },
        spanS: runs.takeTime((2 * (rampS + measureS + 10) * samplesPerS * sampleGapMs) / devices / 1_000),
      },
      release,
    );
    await within(START_TIMEOUT_MS, 'the first acknowledgement', () => load.isFlowing);
    await systemClock.sleep(rampS * 1_000, signal);
    say(`probing for ${measureS} s at ${count(samplesPerS)} samples/s`);
    const all = new Map([...path.pids, ['load', load.pid] as const, ['benchmark', process.pid] as const]);
    const [closeAccount, closeWaits] = [openAccount(all), openCoreWaits(all)];
    const probed = await probe({ ...path, name: `probe-${round}`, seconds: measureS, samplesPerFrame, signal });
    const [account, waitedMs] = [closeAccount(), closeWaits()];
    const summary = await load.finish();
    acknowledged += summary.samplesAcknowledged + probed.samples;
    turns.push({ probed, load: summary, ...account, otherCores: otherCores(account, 0), waitedMs });
  }
  await untilRows(acknowledged);
  const figures = {
    ackP50Ms: figureOf(turns.map(({ load }) => load.ackP50Ms)),
    ackP99Ms: figureOf(turns.map(({ load }) => load.ackP99Ms)),
    queryableP50Ms: figureOf(turns.map(({ probed }) => probed.bothStores.p50Ms)),
    queryableP99Ms: figureOf(turns.map(({ probed }) => probed.bothStores.p99Ms)),
    'queryableP99Ms.questdb': figureOf(turns.map(({ probed }) => probed.questdb.p99Ms)),
    'queryableP99Ms.clickhouse': figureOf(turns.map(({ probed }) => probed.clickhouse.p99Ms)),
  };
  const shares = Object.fromEntries(
    [...path.pids.keys(), 'load'].flatMap((name) => [
      [`cores.${name}`, figureOf(turns.map(({ cpuMs, elapsedMs }) => cpuMs[name] / elapsedMs))],
      [`threadsWaiting.${name}`, figureOf(turns.map(({ waitedMs, elapsedMs }) => waitedMs[name] / elapsedMs))],
    ]),
  );
  const idleCores = figureOf(turns.map(({ machine }) => machine.idle * availableParallelism()));
  return {
    lines: [
      `half load               ${count(samplesPerS)} samples/s`,
      ...Object.entries(figures).map(([name, figure]) => `${name.padEnd(26)}${inRange(figure)} ms`),
      ...Object.entries({ ...shares, idleCores }).map(([name, figure]) => `${name.padEnd(26)}${inRange(figure)}`),
    ],
    figures: { ...figures, ...shares, idleCores },
    notes: [`half of what was sustained is ${count(samplesPerS)} samples/s`],
    measured: { samplesPerS, most, turns },
    reasons: [
      ...troublesOf(most),
      ...turns.flatMap(({ probed, load }) => [
        ...(load.dead + load.refusals + load.lostConnections > 0 ? ['frames were dead or refused'] : []),
        ...(probed.missing > 0 ? [`${probed.missing} probes were not found in both stores`] : []),
      ]),
      ...wrongDistinct(await path.countDistinct(signal), acknowledged),
    ],
  };

  /** What the turn left to the holder of shards is work of the turn, not of half its rate. */
  async function untilShardsCaughtUp(): Promise<void> {
    const url = `${path.deployment.urls.processorsAdmin}/metrics`;
    for (const untilMs = performance.now() + SETTLE_MS; performance.now() < untilMs; ) {
      const page = await answerOf(url, signal);
      if (readValue(page, 'slipstream_shards_lag_messages') <= MAX_LAG_MESSAGES) return;
      await systemClock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  /** Waits a while; whether it was enough the count at the end tells. */
  async function untilRows(rows: number): Promise<void> {
    for (const untilMs = performance.now() + SETTLE_MS; performance.now() < untilMs; ) {
      const found = await path.countRows(signal);
      if (Object.values(found).every((some) => some >= rows)) return;
      await systemClock.sleep(LOOK_EVERY_MS, signal);
    }
  }
}
