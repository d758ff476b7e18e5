import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseFaults } from '../device-sim/faults.ts';
import { createFleet } from '../device-sim/fleet.ts';
import { createSimulation } from '../device-sim/simulation.ts';
import { rowKey, rowsOf, type SampleRow } from '../processors/batch-rows.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { createWebsocketConnect } from '../runtime/device-client/websocket.ts';
import { createSilentLog } from '../runtime/log.ts';
import { startTestNats } from '../runtime/nats/nats-for-tests.ts';
import { openPlatform, platformOptions } from '../runtime/nats/platform.ts';
import { readOptions } from '../runtime/options.ts';
import { createReleaseStack } from '../runtime/release.ts';
import { findUwsNode, type UwsNode } from '../runtime/sockets/uws-node.ts';
import type { Kind } from '../schemas/channels.ts';
import { BATCH_HEADERS, WEBSOCKET_PATH } from '../schemas/names.ts';
import { answersOk, startEngine } from '../stack/engine.ts';
import { freePorts } from '../stack/ports.ts';
import { readAll, readDead } from './model/dead.ts';
import { judgeDead, judgeStore } from './model/verdict.ts';

const TIMEOUT_MS = 60_000;
const MIB = 1024 * 1024;
const host = '127.0.0.1';

/** nats-server, and ingest as a process of its own whose Node is started by `node`. */
async function startIngest(t: TestContext, node: UwsNode) {
  const log = createSilentLog();
  const release = createReleaseStack({ log, timeoutMs: TIMEOUT_MS });
  t.after(async () => assert.deepEqual(await release.release(), []));
  const dir = mkdtempSync(join(tmpdir(), 'slipstream-uws-'));
  release.add('the folder', () => rmSync(dir, { recursive: true, force: true }));
  const nats = await startTestNats({ maxFileBytes: 2 ** 34 });
  release.add('NATS', () => nats.stop());
  const sizes = ['--frames-max-bytes', `${256 * MIB}`, '--dead-max-bytes', `${64 * MIB}`];
  const shared = ['--nats-urls', nats.url, ...sizes];
  const [mqttPort, websocketPort, adminPort] = await freePorts(3);
  const flags = [
    ...shared,
    ...['--mqtt-port', `${mqttPort}`, '--websocket-port', `${websocketPort}`, '--ingest-admin-port', `${adminPort}`],
    ...['--lanes', '1', '--open', '--exit-with-parent', '--log-format', 'json'],
  ];
  const main = resolve(import.meta.dirname, '../ingest/main.ts');
  const ingest = await startEngine({
    name: 'ingest',
    command: node.command,
    args: [...node.args, `--title=${dir}`, main, ...flags],
    dir,
    host,
    ports: [mqttPort, websocketPort, adminPort].map((port) => ({ port })),
    urls: {},
    input: '\n',
    isReady: () => answersOk(`http://${host}:${adminPort}/health/ready`),
    readyTimeoutMs: TIMEOUT_MS,
    stopTimeoutMs: TIMEOUT_MS,
  });
  release.add('ingest', () => ingest.stop());
  const options = readOptions(platformOptions, { argv: shared, env: {} });
  const platform = await openPlatform(options, { name: 'test', logger: log, release });
  return { ingest, platform, websocketPort, logFile: join(dir, 'ingest.log') };
}

/** What ingest's log says about the choice of its socket server. */
function choiceIn(logFile: string) {
  const records = readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('WebSockets are served by'))
    .map((line) => JSON.parse(line));
  return records.map(({ adapter, msg }) => ({ adapter, msg }));
}

const node = await findUwsNode();
const skip = typeof node === 'string' && node;
test('ingest with uWebSockets.js acknowledges thousands of faulty frames and stores each once', { skip }, async (t) => {
  const { ingest, platform, websocketPort, logFile } = await startIngest(t, node as UwsNode);
  const connect = createWebsocketConnect({ url: `ws://${host}:${websocketPort}${WEBSOCKET_PATH}` });
  const pace = { anchorMs: clock.nowMs(), speed: Number.POSITIVE_INFINITY };
  const plan = { seed: 'native', devices: 20, durationMs: 1_800_000, samplesPerFrame: 10, pace };
  const faults = { faults: parseFaults(['all']), rate: 1 };
  const devices = createFleet({ ...plan, protocols: ['ws'], faults });
  const simulation = createSimulation({ seed: 'native', devices, pace, connects: { ws: connect } });

  const { isComplete, unfinishedDevices } = await simulation.run();
  const { truth, tally } = simulation;
  assert.deepEqual([isComplete, unfinishedDevices, truth.unacknowledged()], [true, [], []]);
  const seen = { ...truth.counts, connects: tally.connects, resends: tally.resends };
  assert.ok(seen.sentFrames > 3_000 && seen.sentMalformed > 0, JSON.stringify(seen));
  assert.ok(seen.connects > devices.length && seen.resends > 0, JSON.stringify(seen));

  const rows = new Map<string, SampleRow>();
  const { names } = platform;
  for await (const { data: payload, header } of readAll(await platform.frames(), names.framesFilter)) {
    for (const row of rowsOf({ kind: header(BATCH_HEADERS.kind) as Kind, payload })) rows.set(rowKey(row), row);
  }
  const buried = await readDead(await platform.dead(), names, truth);
  const { breaches } = await judgeStore('the log', rows.values(), truth, buried);
  assert.deepEqual([...breaches, ...judgeDead(truth, buried).breaches], []);

  await ingest.stop();
  assert.deepEqual(await ingest.exited, { code: 0, signal: null });
  assert.deepEqual(choiceIn(logFile), [{ adapter: 'uws', msg: 'WebSockets are served by uWebSockets.js' }]);
});
