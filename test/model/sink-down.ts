import { NO_FAULTS } from '../../device-sim/faults.ts';
import { createFleet } from '../../device-sim/fleet.ts';
import { createRandom } from '../../device-sim/random.ts';
import { createSimulation, type SimulationResult } from '../../device-sim/simulation.ts';
import { createTruth } from '../../device-sim/truth.ts';
import { naiveRollUps } from '../../processors/roll-ups/naive-roll-ups.ts';
import { createManualClock } from '../../runtime/clock.ts';
import { KINDS } from '../../schemas/channels.ts';
import { createChaos } from './chaos.ts';
import { readDead } from './dead.ts';
import { createNetwork } from './network.ts';
import { createPlatform } from './platform.ts';
import type { ModelProcess } from './process.ts';
import { createSupervisor, type Program } from './supervisor.ts';
import { judgeDead, judgeLedger, judgeRollUps, judgeStore, readMemoryLedger, whatIsUndrained } from './verdict.ts';

export interface SinkDownPlan {
  readonly seed: string;
  readonly devices: number;
  /** Length of each workout, played in real time. */
  readonly durationMs: number;
  /** The sink of ClickHouse starts only now. */
  readonly downMs: number;
  readonly framesMaxBytes: number;
}

const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const STEP_MS = 1_000;
const CALM_MS = 1_800_000;

/**
 * One sink is down for long enough that the stream fills up under load, everything else is well; then it comes back.
 * Answers what was not kept, how full the stream was, and how devices were treated, second by second.
 */
export async function runSinkDown({ seed, devices, durationMs, downMs, framesMaxBytes }: SinkDownPlan) {
  const clock = createManualClock(START_MS);
  const chaos = createChaos(createRandom(seed, 'chaos'));
  chaos.end();
  const breaches: string[] = [];
  const onBreach = (words: string) => void breaches.push(words);
  const random = createRandom(seed, 'platform');
  const platform = createPlatform({ clock, random, onBreach, framesMaxBytes, hasPoison: false });
  const pace = { anchorMs: START_MS, speed: 1 };
  const fleet = createFleet({
    seed,
    devices,
    durationMs,
    samplesPerFrame: 10,
    protocols: ['mqtt', 'mqtt5', 'ws'],
    faults: NO_FAULTS,
    pace,
  });

  type Ingest = ReturnType<typeof platform.startIngest>;
  const ingests: { process: ModelProcess; ingest: Ingest }[] = [];
  const network = createNetwork({
    clock,
    chaos,
    random: createRandom(seed, 'network'),
    listeners: () => ingests.map(({ process, ingest }) => ({ process, intake: ingest.intake })),
    athleteOf: (device) => `athlete-${device}`,
    onBreach,
  });
  const supervise = (role: string, start: (process: ModelProcess) => Program) =>
    createSupervisor({ role, start, clock, chaos, trace: () => undefined });
  const sinkOfClickHouse = supervise('clickhouse', (process) => platform.startSink(process, platform.clickhouse));
  const others = [
    supervise('ingest', (process) => {
      const ingest = platform.startIngest(process);
      ingests.push({ process, ingest });
      const drain = () => ingest.drain(new AbortController().signal);
      return { run: () => new Promise(() => undefined), drain, stop: () => ingest.stop() };
    }),
    supervise('questdb', (process) => platform.startSink(process, platform.questdb)),
    supervise('holder', (process) => platform.holder.start(process)),
  ];
  const simulation = createSimulation({
    seed,
    devices: fleet,
    pace,
    connects: { mqtt: network.connectBy('mqtt'), mqtt5: network.connectBy('mqtt5'), ws: network.connectBy('ws') },
    truth: createTruth({ keep: 'rows' }),
    clock,
    ackTimeoutMs: 4_000,
    giveUpMs: durationMs + downMs + CALM_MS,
  });

  for (const role of others) role.fill();
  let result: SimulationResult | undefined;
  void simulation.run().then((done) => {
    result = done;
  });
  const seconds = { roomy: 0, slowed: 0, refused: 0 };
  let mostPercent = 0;
  async function goOn(): Promise<void> {
    await clock.advance(STEP_MS);
    const { intake, usedPercent } = ingests[0].ingest;
    mostPercent = Math.max(mostPercent, usedPercent());
    seconds[intake.refusesFrame('live') !== null ? 'refused' : intake.restMs('live') > 0 ? 'slowed' : 'roomy']++;
  }
  while (clock.monotonicMs() < downMs) await goOn();
  const whileDown = { ...seconds };
  const acknowledgedWhileDown = simulation.truth.counts.acknowledgedFrames;
  const trimmedWhileDown = (await platform.frames.open().info()).firstSeq - 1;
  sinkOfClickHouse.fill();

  const whatIsOnTheWay = async () => [
    ...(result === undefined ? [`devices still have ${simulation.truth.unacknowledged().length} frames`] : []),
    ...(await whatIsUndrained(platform)),
    ...judgeLedger(await readMemoryLedger(platform)),
  ];
  const wrongRollUps = () =>
    judgeRollUps(platform.holder.rollUps(), naiveRollUps(platform.clickhouse.rows('samples')), new Set());
  const isLeft = async () => (await whatIsOnTheWay()).length > 0 || wrongRollUps().length > 0;
  const calmUntilMs = Math.max(downMs, durationMs) + CALM_MS;
  while (result === undefined && clock.monotonicMs() < calmUntilMs) await goOn();
  while ((await isLeft()) && clock.monotonicMs() < calmUntilMs) await clock.advance(5_000);
  breaches.push(...(await whatIsOnTheWay()), ...wrongRollUps());
  const trimmed = (await platform.frames.open().info()).firstSeq - 1;
  for (const role of [...others, sinkOfClickHouse]) role.end();

  const { truth } = simulation;
  const dead = await readDead(platform.dead.open(), platform.names, truth);
  breaches.push(...judgeDead(truth, dead).breaches);
  for (const store of [platform.questdb, platform.clickhouse]) {
    const rows = KINDS.flatMap((kind) => store.rows(kind));
    breaches.push(
      ...(await judgeStore(store === platform.questdb ? 'questdb' : 'clickhouse', rows, truth, dead)).breaches,
    );
  }
  return {
    breaches,
    whileDown,
    mostPercent,
    trimmedWhileDown,
    trimmed,
    acknowledgedWhileDown,
    counts: truth.counts,
    deadLetters: dead.letters.length,
  };
}
