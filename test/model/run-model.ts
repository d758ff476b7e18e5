import { parseFaults } from '../../device-sim/faults.ts';
import { createFleet } from '../../device-sim/fleet.ts';
import { createRandom, type Random } from '../../device-sim/random.ts';
import { createSimulation, type SimulationResult } from '../../device-sim/simulation.ts';
import { createTruth } from '../../device-sim/truth.ts';
import { naiveRollUps } from '../../processors/roll-ups/naive-roll-ups.ts';
import { createManualClock } from '../../runtime/clock.ts';
import { KINDS } from '../../schemas/channels.ts';
import { BATCH_HEADERS } from '../../schemas/names.ts';
import { createChaos } from './chaos.ts';
import { readDead } from './dead.ts';
import { createPlatform, type Platform } from './platform.ts';
import { recordFrames } from './recorder.ts';
import { createRoles } from './roles.ts';
import { judgeDead, judgeLedger, judgeRollUps, judgeStore, readMemoryLedger, whatIsUndrained } from './verdict.ts';

export interface ModelPlan {
  readonly seed: string;
  readonly devices?: number;
  readonly durationMs?: number;
}

export interface ModelResult {
  /** Every promise that was not kept, in words. */
  readonly breaches: readonly string[];
  /** What happened, for whoever looks at a seed. */
  readonly counts: Readonly<Record<string, number>>;
  readonly trace: readonly string[];
}

const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const STEP_MS = 250;
const CHAOS_MS = 240_000;
/** Everything that is not there this long after the last fault is a promise broken. */
const CALM_MS = 900_000;
const LOOK_EVERY_MS = 5_000;
const MAX_TRACE = 5_000;

/**
 * The whole path in one process, under one seed: devices with all their faults, a network that breaks, and processes
 * that are killed, stopped and failed at every call they make. Then everything calms down, and what the stores hold is
 * held against what the devices know.
 */
export async function runModel(plan: ModelPlan): Promise<ModelResult> {
  const { seed } = plan;
  const randomFor = (purpose: string) => createRandom(seed, purpose);
  const clock = createManualClock(START_MS);
  const chaos = createChaos(randomFor('chaos'));
  const breaches: string[] = [];
  const trace: string[] = [];
  const note = (words: string) => {
    if (trace.length < MAX_TRACE) trace.push(`${clock.monotonicMs().toFixed(0)} ms: ${words}`);
  };
  const onBreach = (words: string) => void breaches.push(words);
  const platform = createPlatform({ clock, random: randomFor('platform'), onBreach });
  const recorder = recordFrames(platform.frames.open(), platform.names);
  const { fleet, pace, window } = drawFleet(plan, randomFor('fleet'));
  const roles = createRoles({ platform, fleet, clock, chaos, random: randomFor('network'), trace: note, onBreach });
  const simulation = createSimulation({
    seed,
    devices: fleet,
    pace,
    connects: roles.connects,
    truth: createTruth({ keep: 'rows' }),
    clock,
    window,
    ackTimeoutMs: 4_000,
    giveUpMs: CHAOS_MS + CALM_MS,
  });
  const { truth, tally } = simulation;

  roles.start();
  let result: SimulationResult | undefined;
  void simulation.run().then((done) => {
    result = done;
  });
  while (result === undefined && clock.monotonicMs() < CHAOS_MS) await clock.advance(STEP_MS);
  note('calm');
  chaos.end();
  roles.calm();

  /** What the platform says about itself, without the truth. */
  const whatIsOnTheWay = async () => [
    ...(result === undefined ? [`devices still have ${truth.unacknowledged().length} frames`] : []),
    ...(await whatIsUndrained(platform)),
    ...judgeLedger(await readMemoryLedger(platform)),
  ];
  const wrongRollUps = () =>
    judgeRollUps(platform.holder.rollUps(), naiveRollUps(platform.clickhouse.rows('samples')), recorder.contested);
  // Roll-ups of all rows cost the most of a run, and are wrong anyway while rows are on their way.
  const isLeft = async () => (await whatIsOnTheWay()).length > 0 || wrongRollUps().length > 0;
  const calmUntilMs = clock.monotonicMs() + CALM_MS;
  while ((await isLeft()) && clock.monotonicMs() < calmUntilMs) await clock.advance(LOOK_EVERY_MS);
  // Longer, so that whatever a late process still does has been done, and it still has to hold.
  await clock.advance(30_000);
  breaches.push(...(await whatIsOnTheWay()), ...wrongRollUps(), ...roles.crashes());
  if (result?.isComplete === false) onBreach(`devices gave up: ${result.unfinishedDevices.join(', ')}`);
  roles.end();
  await recorder.stop();

  const dead = await readDead(platform.dead.open(), platform.names, truth, (letter) =>
    platform.isPoison(letter.header(BATCH_HEADERS.instance), Number(letter.header(BATCH_HEADERS.batch))),
  );
  const buried = judgeDead(truth, dead);
  const [hot, history] = [await judge(platform.questdb), await judge(platform.clickhouse)];
  breaches.push(...buried.breaches, ...hot.breaches, ...history.breaches);

  function judge(store: Platform['questdb']) {
    const rows = KINDS.flatMap((kind) => store.rows(kind));
    return judgeStore(store === platform.questdb ? 'questdb' : 'clickhouse', rows, truth, dead);
  }

  const [ledger] = (await readMemoryLedger(platform)).stores;
  return {
    breaches,
    trace,
    counts: {
      modelSeconds: Math.round(clock.monotonicMs() / 1_000),
      samplesSent: truth.counts.sentSamples,
      samplesAcknowledged: truth.counts.acknowledgedSamples,
      malformedSent: truth.counts.sentMalformed,
      resends: tally.resends,
      lostConnections: tally.lostConnections,
      refusals: tally.refusals,
      rowsQuestdb: hot.differences.rows,
      rowsClickhouse: history.differences.rows,
      accepted: ledger.accepted,
      refused: ledger.refused,
      deadLetters: dead.letters.length,
      conflictsBuried: dead.letters.filter(({ reason }) => reason === 'frame_conflict').length,
      conflictsForgotten: buried.differences.forgottenConflicts,
      contestedBuckets: recorder.contested.size,
      rollUps: platform.holder.rollUps().length,
      recomputes: platform.holder.counts.recomputes,
      lateSamples: platform.holder.counts.late,
      shardsTaken: platform.holder.totals.taken,
      checkpoints: platform.holder.totals.checkpoints,
      framesTrimmed: (await platform.frames.open().info()).firstSeq - 1,
      ...roles.counts(),
    },
  };
}

function drawFleet({ seed, devices = 4, durationMs = 240_000 }: ModelPlan, random: Random) {
  const pace = { anchorMs: START_MS, speed: random.pick([Number.POSITIVE_INFINITY, 20]) };
  const fleet = createFleet({
    seed,
    devices,
    durationMs,
    samplesPerFrame: random.pick([1, 5, 10, 30]),
    protocols: ['mqtt', 'mqtt5', 'ws'],
    faults: { faults: parseFaults(['all']), rate: random.pick([0.5, 2, 5]) },
    pace,
  });
  return { fleet, pace, window: random.pick([1, 8, 32]) };
}
