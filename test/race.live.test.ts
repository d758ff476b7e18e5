import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { columnsOfFixes, type Fix, measureRunner, WHITE_3M } from '../device-sim/race/gps-noise.ts';
import { makeRaceCourse } from '../device-sim/race/race-courses.ts';
import { createRunner, type RunnerTruth } from '../device-sim/race/race-truth.ts';
import { createRandom } from '../device-sim/random.ts';
import { createMqttConnect } from '../device-sim/transport/mqtt-client.ts';
import { startTestClickHouse, type TestStore } from '../processors/stores-for-tests.ts';
import type { Connection } from '../runtime/device-client/connection.ts';
import { createSilentLog } from '../runtime/log.ts';
import { startTestNats, type TestNats } from '../runtime/nats/nats-for-tests.ts';
import { openPlatform, type Platform, platformOptions } from '../runtime/nats/platform.ts';
import { readOptions } from '../runtime/options.ts';
import { writeRace } from '../runtime/race-config.ts';
import { createReleaseStack } from '../runtime/release.ts';
import { createCourseLine } from '../schemas/course-line.ts';
import type { CrossingFact, Fact } from '../schemas/facts.ts';
import { encodeFrame } from '../schemas/frame/encode.ts';
import {
  encodeProgress,
  type ProgressCrossing,
  type ProgressTick,
  readProgressAnswer,
  readProgressTick,
} from '../schemas/progress.ts';
import { testCheckpoint, testRaceSetting, testStarter } from '../schemas/race-for-tests.ts';
import type { Engine } from '../stack/engine.ts';
import { freePort, freePorts } from '../stack/ports.ts';
import { type ServiceSpec, type ServiceUrls, startService } from '../stack/services.ts';

const RUNNERS = 8;
const SHARDS = 4;
const FIXES_PER_FRAME = 5;
const WITHIN_MS = 90_000;
const MAX_BYTES = 64 * 1024 * 1024;
const RACE = 'eight-runners';
/** The race is over: frames of the last hour are taken as they come. */
const GUN_MS = Math.floor(Date.now() / 1_000) * 1_000 - 1_800_000;

const release = createReleaseStack({ log: createSilentLog() });
const engines: Engine<ServiceUrls>[] = [];
let dir: string;
let nats: TestNats;
let store: TestStore;
let platform: Platform;
let mqttPort: number;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slip-race-'));
  [nats, store] = await Promise.all([startTestNats({ maxFileBytes: 4 * 2 ** 30 }), startTestClickHouse()]);
  const argv = [`--nats-urls=${nats.url}`, `--shards=${SHARDS}`];
  const options = { ...readOptions(platformOptions, { argv, env: {} }), framesMaxBytes: MAX_BYTES };
  platform = await openPlatform(options, { name: 'test', logger: createSilentLog(), release });
});

after(async () => {
  await Promise.all(engines.map((engine) => engine.stop()));
  await release.release();
  await Promise.all([nats?.stop(), store?.stop()]);
  await rm(dir, { recursive: true, force: true });
});

async function start(name: ServiceSpec['name'], option: string, own: ServiceSpec['options']) {
  const port = await freePort();
  const engine = await startService({
    ...{ name, dataDir: join(dir, String(engines.length)), host: '127.0.0.1' },
    ports: [{ port, option: `--${name}-admin-port` }],
    options: { natsUrls: nats.url, shards: SHARDS, framesMaxBytes: MAX_BYTES, [option]: port, ...own },
  });
  engines.push(engine);
  return engine;
}

const startHolder = () => start('processors', 'processorsAdminPort', { sinks: 'none', clickhouseUrl: store.url });

/** A small race whose truth is known; the runners have no account, so their devices count. */
async function makeRace() {
  const random = createRandom('race', 'live test');
  const course = makeRaceCourse(random, 'out-and-back', 1_600);
  const line = createCourseLine(course);
  const checkpoints = [
    testCheckpoint('start', [0], { isStart: true }),
    testCheckpoint('road', [0.2 * line.lengthM, 0.8 * line.lengthM]),
    testCheckpoint('finish', [line.lengthM], { isFinish: true }),
  ];
  const {
    version: _v,
    starters: _s,
    ...setting
  } = testRaceSetting({
    ...{ id: RACE, course, checkpoints, closesMs: GUN_MS + 3_600_000 },
    waves: [{ id: 'w1', name: 'All', gunTimeMs: GUN_MS, categories: ['open'] }],
  });
  const bibs = Array.from({ length: RUNNERS }, (_, i) => `${i + 1}`);
  const starters = bibs.map((bib) => testStarter(bib, { athlete: '', device: `runner-${bib}` }));
  await writeRace(await platform.config(), null, setting, starters);
  const runners = bibs.map((bib) => {
    const paceMps = 3 + Number(bib) / 4;
    const plan = { gunTimeMs: GUN_MS, waitS: 20, paceMps, minMps: 2.5, fade: 0.05, stopsPerS: 0 };
    const truth = createRunner(random, line, plan);
    return { bib, truth, fixes: [...measureRunner(random, line, truth, WHITE_3M)] };
  });
  return { runners, checkpoints };
}

function frameOf(bib: string, seq: number, fixes: readonly Fix[]): Uint8Array {
  return encodeFrame({
    ...{ device: `runner-${bib}`, boot: '00000000000000a7', seq, source: 'gps' },
    timesMs: fixes.map(({ timeMs }) => timeMs),
    columns: columnsOfFixes(fixes),
  });
}

/** What a board knows: the newest of everything, from ticks that follow on one another. */
function watchProgress() {
  const crossings = new Map<string, ProgressCrossing>();
  const positions = new Map<string, number>();
  const last = new Map<number, ProgressTick>();
  const gaps: string[] = [];
  const epochs = new Set<number>();
  platform.bus.subscribe(platform.names.progressFilter(RACE), ({ data }) => {
    const tick = readProgressTick(data);
    assert.ok(tick);
    const before = last.get(tick.shard);
    if (before && tick.epoch < before.epoch) return;
    const expected = before?.epoch === tick.epoch ? before.number + 1 : 1;
    if (tick.number !== expected) gaps.push(`shard ${tick.shard}: ${tick.number} and not ${expected}`);
    last.set(tick.shard, tick);
    epochs.add(tick.epoch);
    for (const { bib, positionM, crossings: news } of tick.athletes) {
      positions.set(bib, positionM);
      for (const crossing of news) {
        const key = `${bib} ${crossing.checkpoint} ${crossing.pass}`;
        if ((crossings.get(key)?.revision ?? 0) < crossing.revision) crossings.set(key, crossing);
      }
    }
  });
  return { crossings, positions, gaps, epochs, last };
}

async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + WITHIN_MS;
  while (!(await isTrue())) {
    assert.ok(Date.now() < untilMs, `${what}: not within ${WITHIN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function readFacts(): Promise<Map<string, CrossingFact>> {
  const facts = await platform.facts();
  const { lastSeq } = await facts.info();
  const newest = new Map<string, CrossingFact>();
  if (lastSeq === 0) return newest;
  const done = new AbortController();
  const subjects = [platform.names.factsFilter];
  for await (const { data, seq } of facts.readFrom({ subjects, fromSeq: 1, signal: done.signal })) {
    const fact = JSON.parse(Buffer.from(data).toString()) as Fact;
    if (fact.kind === 'race.crossing') {
      const { bib, checkpoint, pass } = fact.crossing;
      const key = `${bib} ${checkpoint} ${pass}`;
      if ((newest.get(key)?.revision ?? 0) < fact.revision) newest.set(key, fact);
    }
    if (seq >= lastSeq) break;
  }
  return newest;
}

test('a race over MQTT is followed to crossings that are the truth, through the death of the holder', async () => {
  const { runners, checkpoints } = await makeRace();
  const board = watchProgress();
  const first = await startHolder();
  const [mqtt, websocket] = await freePorts(2);
  mqttPort = mqtt;
  const ports = { mqttPort, websocketPort: websocket, lanes: 1, open: true };
  await start('ingest', 'ingestAdminPort', ports);
  const connect = createMqttConnect({ url: `mqtt://127.0.0.1:${mqttPort}`, version: 5 });
  const connections = new Map<string, Connection>();
  for (const { bib } of runners) connections.set(bib, await connect({ device: `runner-${bib}`, token: null }));

  /** Sends in step, as a race does, and waits for every acknowledgement. */
  async function send(fromFrame: number, toFrame: number): Promise<void> {
    for (let n = fromFrame; n < toFrame; n++) {
      const sending = runners.map(async ({ bib, fixes }) => {
        const some = fixes.slice(n * FIXES_PER_FRAME, (n + 1) * FIXES_PER_FRAME);
        if (some.length === 0) return;
        const outcome = await connections.get(bib)?.send(frameOf(bib, n + 1, some));
        assert.deepEqual(outcome, { kind: 'acknowledged', reason: null });
      });
      await Promise.all(sending);
    }
  }

  const frames = Math.max(...runners.map(({ fixes }) => Math.ceil(fixes.length / FIXES_PER_FRAME)));
  const half = Math.floor(frames / 2);
  await send(0, half);
  await until('everybody has started', () => runners.every(({ bib }) => board.crossings.has(`${bib} start 1`)));
  first.kill('SIGKILL');
  await first.exited;
  await send(half, frames);
  await startHolder();
  await until('everybody has finished', () => runners.every(({ bib }) => board.crossings.has(`${bib} finish 1`)));
  await until('every crossing is settled', async () => {
    const facts = await readFacts();
    return facts.size === 4 * RUNNERS && [...facts.values()].every(({ crossing }) => crossing.isSettled);
  });

  const facts = await readFacts();
  for (const { bib, truth } of runners) {
    for (const { id, positionM } of checkpoints) {
      for (const [i, atM] of positionM.entries()) compare(`${bib} ${id} ${i + 1}`, truth, atM);
    }
  }
  assert.deepEqual([facts.size, board.crossings.size], [4 * RUNNERS, 4 * RUNNERS]);
  assert.deepEqual(board.gaps, []);
  assert.ok(board.epochs.size > 1, 'the holder that came after has an epoch of its own');

  function compare(key: string, truth: RunnerTruth, atM: number): void {
    const trueMs = truth.crossedMs(atM) ?? Number.NaN;
    const fact = facts.get(key)?.crossing;
    const told = board.crossings.get(key);
    assert.ok(fact && told, `${key} is not known`);
    assert.ok(Math.abs(fact.timeMs - trueMs) < 1_500, `${key}: ${fact.timeMs - trueMs} ms beside the truth`);
    assert.deepEqual([told.timeMs, told.isWithdrawn], [fact.timeMs, false], key);
  }
});

test('who asks is told everything that is known, by the ticks', async () => {
  const board = watchProgress();
  const { bus, names } = platform;
  for (let shard = 0; shard < SHARDS; shard++) {
    const answer = readProgressAnswer(
      await bus.request(names.askProgress(shard), encodeProgress({ race: RACE }), 5_000),
    );
    assert.ok(answer);
    await until(`shard ${shard} has answered`, () => {
      const tick = board.last.get(shard);
      return tick?.full === true && tick.number >= answer.number;
    });
  }
  assert.deepEqual([board.positions.size, board.crossings.size], [RUNNERS, 4 * RUNNERS]);
});
