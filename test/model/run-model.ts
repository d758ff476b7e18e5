import { parseFaults } from '../../device-sim/faults.ts';
import { createFleet } from '../../device-sim/fleet.ts';
import { createRandom } from '../../device-sim/random.ts';
import { createSimulation, type SimulationResult } from '../../device-sim/simulation.ts';
import { createTruth } from '../../device-sim/truth.ts';
import type { Ingest } from '../../ingest/ingest.ts';
import { createAcceptedReducers } from '../../processors/ledger/accepted.ts';
import type { MemoryStore } from '../../processors/memory-sink.ts';
import { createManualClock } from '../../runtime/clock.ts';
import { readLedger } from '../../runtime/ledger.ts';
import { BATCH_HEADERS } from '../../schemas/names.ts';
import { createChaos } from './chaos.ts';
import { readAll, readDead } from './dead.ts';
import { createNetwork } from './network.ts';
import { createPlatform, type Platform, SHARDS } from './platform.ts';
import type { ModelProcess } from './process.ts';
import { createSupervisor } from './supervisor.ts';
import { type Breaches, judgeDead, judgeLedger, judgeStore } from './verdict.ts';

export interface ModelPlan {
  readonly seed: string;
  readonly devices?: number;
  readonly durationMs?: number;
}

export interface ModelResult {
  readonly breaches: Breaches;
  /** What happened, for whoever looks at a seed. */
  readonly counts: Readonly<Record<string, number>>;
  readonly trace: readonly string[];
}

const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const STEP_MS = 250;
const CHAOS_MS = 240_000;
/** Everything that is not there this long after the last fault is a promise broken. */
const CALM_MS = 900_000;
const MAX_TRACE = 5_000;

/**
 * The whole path in one process, under one seed: devices with all their faults, a network that breaks, and processes
 * that are killed, stopped and failed at every call they make. Then everything calms down, and what the stores hold is
 * held against what the devices know.
 */
export async function runModel({ seed, devices = 4, durationMs = 240_000 }: ModelPlan): Promise<ModelResult> {
  const randomFor = (purpose: string) => createRandom(seed, purpose);
  const clock = createManualClock(START_MS);
  const chaos = createChaos(randomFor('chaos'));
  const breaches: Breaches = [];
  const trace: string[] = [];
  const note = (words: string) => {
    if (trace.length < MAX_TRACE) trace.push(`${clock.monotonicMs().toFixed(0)} ms: ${words}`);
  };
  const onBreach = (words: string) => void breaches.push(words);
  const platform = createPlatform({ clock, random: randomFor('platform'), onBreach });

  const fleetRandom = randomFor('fleet');
  const pace = { anchorMs: START_MS, speed: fleetRandom.pick([Number.POSITIVE_INFINITY, 20]) };
  const fleet = createFleet({
    seed,
    devices,
    durationMs,
    samplesPerFrame: fleetRandom.pick([1, 5, 10, 30]),
    protocols: ['mqtt', 'mqtt5', 'ws'],
    faults: { faults: parseFaults(['all']), rate: fleetRandom.pick([0.5, 2, 5]) },
    pace,
  });
  const ingests = new Map<ModelProcess, Ingest>();
  const shared = { clock, chaos, trace: note };
  const ingest = createSupervisor({
    ...shared,
    role: 'ingest',
    start(process) {
      const started = platform.startIngest(process);
      ingests.set(process, started);
      process.onKilled(() => ingests.delete(process));
      return {
        run: () => new Promise(() => undefined),
        drain: () => started.drain(new AbortController().signal),
        async stop() {
          network.endAll(process, 'the server is gone');
          await started.stop();
        },
      };
    },
  });
  const sinkOf = (store: MemoryStore, role: string) =>
    createSupervisor({ ...shared, role, start: (process) => platform.startSink(process, store) });
  const roles = [ingest, sinkOf(platform.questdb, 'questdb'), sinkOf(platform.clickhouse, 'clickhouse')];
  const athletes = new Map(fleet.map(({ device, athlete }) => [device, athlete]));
  const network = createNetwork({
    clock,
    chaos,
    random: randomFor('network'),
    listeners: () => [...ingests].map(([process, { intake }]) => ({ process, intake })),
    athleteOf: (device) => athletes.get(device) ?? '',
    onBreach,
  });
  const simulation = createSimulation({
    seed,
    devices: fleet,
    pace,
    connects: { mqtt: network.connectBy('mqtt'), mqtt5: network.connectBy('mqtt5'), ws: network.connectBy('ws') },
    truth: createTruth({ keep: 'rows' }),
    clock,
    window: fleetRandom.pick([1, 8, 32]),
    ackTimeoutMs: 4_000,
    giveUpMs: CHAOS_MS + CALM_MS,
  });

  for (const role of roles) role.spawn();
  let result: SimulationResult | undefined;
  const devicesDone = simulation.run().then((done) => {
    result = done;
  });
  while (result === undefined && clock.monotonicMs() < CHAOS_MS) await clock.advance(STEP_MS);
  note('calm');
  chaos.end();
  for (const role of roles) role.calm();
  const calmUntilMs = clock.monotonicMs() + CALM_MS;
  const isQuiet = async () => result !== undefined && (await areDrained(platform));
  while (!(await isQuiet()) && clock.monotonicMs() < calmUntilMs) await clock.advance(STEP_MS);
  if (result === undefined) onBreach(`devices never got rid of ${simulation.truth.unacknowledged().length} frames`);
  else {
    await devicesDone;
    if (!result.isComplete) onBreach(`devices gave up: ${result.unfinishedDevices.join(', ')}`);
  }
  if (!(await areDrained(platform))) onBreach('the durables never drained');
  // A little longer, so that whatever a late process still does has been done.
  await clock.advance(10_000);
  for (const role of roles) {
    for (const crash of role.crashes) onBreach(`${role.role} crashed: ${(crash as Error).stack ?? crash}`);
    role.end();
  }

  const dead = await readDead(platform.dead.open(), platform.names, simulation.truth, (letter) =>
    platform.isPoison(letter.header(BATCH_HEADERS.instance), Number(letter.header(BATCH_HEADERS.batch))),
  );
  const buried = judgeDead(simulation.truth, dead);
  breaches.push(...buried.breaches);
  const stores = { questdb: platform.questdb, clickhouse: platform.clickhouse };
  const rows: Record<string, number> = {};
  for (const [name, store] of Object.entries(stores)) {
    const judged = await judgeStore(name, [...store.rows('samples'), ...store.rows('rr')], simulation.truth, dead);
    breaches.push(...judged.breaches);
    rows[name] = judged.differences.rows;
  }
  await countAccepted(platform);
  const ledgers = Object.entries(stores).map(([name, store]) => ledgerStoreOf(name, store));
  const ledger = await readLedger({ kv: platform.ledger.open(), stores: ledgers });
  breaches.push(...judgeLedger(ledger));

  const { counts } = simulation.truth;
  return {
    breaches,
    trace,
    counts: {
      modelSeconds: Math.round(clock.monotonicMs() / 1_000),
      samplesSent: counts.sentSamples,
      samplesAcknowledged: counts.acknowledgedSamples,
      malformedSent: counts.sentMalformed,
      resends: simulation.tally.resends,
      rowsQuestdb: rows.questdb,
      rowsClickhouse: rows.clickhouse,
      accepted: ledger.stores[0].accepted,
      refused: ledger.stores[0].refused,
      deadLetters: dead.letters.length,
      forgottenConflicts: buried.differences.forgottenConflicts,
      kills: roles.reduce((sum, role) => sum + role.counts.kills, 0),
      stops: roles.reduce((sum, role) => sum + role.counts.stops, 0),
      retired: roles.reduce((sum, role) => sum + role.counts.retired, 0),
    },
  };
}

async function areDrained({ frames, names }: Platform): Promise<boolean> {
  const log = frames.open();
  for (const sink of ['questdb', 'clickhouse']) {
    const position = await log.durablePosition(names.durable(sink));
    if (position === null || position.pendingMessages > 0 || position.unackedMessages > 0) return false;
  }
  return true;
}

function ledgerStoreOf(name: string, store: MemoryStore) {
  const sum = (column: 'samples' | 'refused' | 'expired') =>
    [...store.ledger.values()].reduce((total, row) => total + row[column], 0);
  return {
    name,
    totals: async () => ({ samples: sum('samples'), refused: sum('refused'), expired: sum('expired') }),
    distinctRows: async () => store.rows('samples').length + store.rows('rr').length,
  };
}

async function countAccepted({ frames, ledger, names }: Platform): Promise<void> {
  const factory = createAcceptedReducers({ kv: ledger.open(), names });
  const reducers = Array.from({ length: SHARDS }, (_, shard) => factory.create(shard, new Map()));
  let seq = 0;
  for await (const message of readAll(frames.open(), names.framesFilter)) {
    reducers[names.parseFrames(message.subject) ?? 0].apply(message);
    seq = message.seq;
  }
  for (const reducer of reducers) await reducer.emit({ epoch: 1, seq, signal: new AbortController().signal });
}
