import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parseFaults } from '../device-sim/faults.ts';
import { createFleet } from '../device-sim/fleet.ts';
import { createSimulation } from '../device-sim/simulation.ts';
import { createOpenAuthenticator } from '../ingest/auth/open-authenticator.ts';
import { createFrontEndParts } from '../ingest/front-end-for-tests.ts';
import { createIngest, type IngestLimits } from '../ingest/ingest.ts';
import { createDecodeHere } from '../ingest/lane/decode-thread.ts';
import { createClockOffsets } from '../ingest/offsets.ts';
import { createWebsocketServer } from '../ingest/websocket/server.ts';
import { rowKey, rowsOf, type SampleRow } from '../processors/batch-rows.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { ConnectError } from '../runtime/device-client/connection.ts';
import { createWebsocketConnect } from '../runtime/device-client/websocket.ts';
import { createMemoryKvStore } from '../runtime/kv/memory-kv.ts';
import { createWsServer } from '../runtime/sockets/ws-server.ts';
import { createMemoryLogStore } from '../runtime/stream/memory-stream.ts';
import type { Kind } from '../schemas/channels.ts';
import { BATCH_HEADERS, WEBSOCKET_PATH } from '../schemas/names.ts';
import { readAll, readDead } from './model/dead.ts';
import { judgeDead, judgeStore } from './model/verdict.ts';

const DAY_MS = 86_400_000;
const limits: IngestLimits = {
  maxBatchBytes: 64 * 1024,
  maxAgeMs: 30 * DAY_MS,
  maxFutureMs: 60_000,
  maxClockJumpMs: 30_000,
  maxDevices: 1_000,
  maxTaskFrames: 1_000,
  targetTaskBytes: 64 * 1024,
  lingerMs: 2,
  busyLingerMs: 20,
  busyFramesPerMs: 32,
  smallLingerMs: 40,
  smallTaskBytes: 1_000,
  maxUnstoredBatches: 8,
  maxUnsettledBytes: 8 * 1024,
  maxDeadBytesPerDeviceHour: 100_000_000,
  retryDelayMs: 10,
  slowDownMs: 1_000,
};

/** Ingest with its WebSocket front end on a real port, over logs in memory. */
async function startIngest(t: TestContext) {
  const parts = createFrontEndParts();
  const { names, log } = parts;
  const shared = { maxBytes: 0, duplicateWindowMs: 120_000, metadata: {}, replicas: 1 };
  const frames = createMemoryLogStore(clock, { name: 'FRAMES', subjects: [names.framesFilter], ...shared }).open();
  const dead = createMemoryLogStore(clock, { name: 'DEAD', subjects: [names.deadFilter], ...shared }).open();
  const bucket = createMemoryKvStore(clock, { bucket: 'OFFSETS', ttlMs: 40 * DAY_MS, maxBytes: 0, replicas: 1 });
  const ingest = createIngest({
    frames,
    dead,
    offsets: createClockOffsets({ kv: bucket.open(), clock, ttlMs: 40 * DAY_MS, log }),
    createThread: () => createDecodeHere(limits),
    lanes: 2,
    shards: 4,
    instance: 'feedfacefeedface',
    names,
    clock,
    limits,
    logger: log,
    turnedAway: { count: () => undefined },
    metrics: {
      stored: () => undefined,
      ended: () => undefined,
      clockJumps: () => undefined,
      publishRetried: (error) => assert.fail(error),
      threadFailed: (error) => assert.fail(error as Error),
    },
  });
  const server = await createWebsocketServer({
    ...parts,
    clock,
    intake: ingest.intake,
    authenticator: createOpenAuthenticator(log),
    host: '127.0.0.1',
    port: 0,
    createSockets: (options) => createWsServer(options, log),
  });
  const { host, port } = await server.listen();
  t.after(async () => {
    await server.stop();
    await ingest.stop();
  });
  const connect = createWebsocketConnect({ url: `ws://${host}:${port}${WEBSOCKET_PATH}` });
  return { ...parts, frames, dead, connect };
}

test('a fleet of phones with every fault is acknowledged, and the log holds just what it sent', async (t) => {
  const { frames, dead, names, connect, counts } = await startIngest(t);
  const pace = { anchorMs: clock.nowMs(), speed: Number.POSITIVE_INFINITY };
  const plan = { seed: 'phones', devices: 8, durationMs: 600_000, samplesPerFrame: 10, pace };
  const faults = { faults: parseFaults(['all']), rate: 2 };
  const devices = createFleet({ ...plan, protocols: ['ws'], faults });
  const simulation = createSimulation({ seed: 'phones', devices, pace, connects: { ws: connect } });

  const { isComplete, unfinishedDevices } = await simulation.run();
  assert.deepEqual([isComplete, unfinishedDevices, simulation.truth.unacknowledged()], [true, [], []]);

  const { truth } = simulation;
  const { sentFrames, sentMalformed } = truth.counts;
  const { connects, resends } = simulation.tally;
  assert.ok(
    sentFrames > 400 && sentMalformed > 0 && connects > 8 && resends > 0,
    JSON.stringify({ sentFrames, sentMalformed, connects, resends }),
  );
  const rows = new Map<string, SampleRow>();
  for await (const { data: payload, header } of readAll(frames, names.framesFilter)) {
    for (const row of rowsOf({ kind: header(BATCH_HEADERS.kind) as Kind, payload })) rows.set(rowKey(row), row);
  }
  const buried = await readDead(dead, names, truth);
  const { breaches } = await judgeStore('the log', rows.values(), truth, buried);
  assert.deepEqual([...breaches, ...judgeDead(truth, buried).breaches], []);
  assert.ok(counts.acknowledged >= truth.counts.acknowledgedFrames + truth.counts.acknowledgedMalformed);
});

test('a name that is none is refused for good', async (t) => {
  const { connect } = await startIngest(t);
  await assert.rejects(
    connect({ device: 'no such/name', token: null }),
    (error) => error instanceof ConnectError && error.isFinal && /goodbye: bad_token/.test(error.message),
  );
});
