import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { systemClock } from '../../runtime/clock.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { startTestNats, type TestNats } from '../../runtime/nats/nats-for-tests.ts';
import { openPlatform, platformOptions } from '../../runtime/nats/platform.ts';
import { readOptions } from '../../runtime/options.ts';
import { createReleaseStack } from '../../runtime/release.ts';
import { createRevocations, type Revocations, revokeDevice, revokeToken } from '../../runtime/revocations.ts';
import { until } from '../../runtime/sockets/sockets-for-tests.ts';
import { connectWsPeer } from '../../runtime/sockets/ws-peer.ts';
import { createWsServer } from '../../runtime/sockets/ws-server.ts';
import { createTokenVerifier, signToken } from '../../runtime/token.ts';
import { generateSigningJwk, publicJwkOf, readKeySet, readSigningKey } from '../../runtime/token-keys.ts';
import { WEBSOCKET_PATH } from '../../schemas/names.ts';
import { encodeHello } from '../../schemas/websocket-framing.ts';
import { createConnections } from '../connections/connections.ts';
import { createFrontEndCounts } from '../connections/counts.ts';
import { DEFAULT_LIMITS } from '../connections/limits.ts';
import { createTestIntake, createTestPriorities } from '../front-end-for-tests.ts';
import { connectPacket, connectRaw } from '../mqtt/mqtt-for-tests.ts';
import { createMqttServer } from '../mqtt/server.ts';
import { createReadForwarder } from '../races/forward-reads.ts';
import { createRaceBoards } from '../races/race-boards.ts';
import { createWebsocketServer } from '../websocket/server.ts';
import { phoneOf } from '../websocket/websocket-for-tests.ts';
import { createTokenAuthenticator } from './token-authenticator.ts';

const TIMEOUT_MS = 60_000;
/** What is promised: from the writing of a revocation to the end of the connection. */
const PROMISED_MS = 2_000;
const NOT_AUTHORIZED = 0x87;

const log = createSilentLog();
const clock = systemClock;
const release = createReleaseStack({ log, timeoutMs: 20_000 });
const jwk = await generateSigningJwk();
const key = await readSigningKey(jwk);
let nats: TestNats;
let kv: KeyValue;
let revocations: Revocations;
let mqttPort: number;
let websocket: { host: string; port: number };

before(async () => {
  nats = await startTestNats();
  release.add('NATS', () => nats.stop());
  const options = readOptions(platformOptions, { argv: ['--nats-urls', nats.url], env: {} });
  const platform = await openPlatform(options, { name: 'ingest', logger: log, release });
  kv = await platform.revocations();
  revocations = createRevocations({ kv, clock, logger: log });
  release.add('the watch of revocations', () => revocations.stop());
  const verify = createTokenVerifier({ keys: await readKeySet({ keys: [publicJwkOf(jwk)] }), clock });
  const { bus, names } = platform;
  const connections = createConnections({ limits: DEFAULT_LIMITS, bus, names, clock, log });
  release.add('the connections', () => connections.stop());
  const intake = Object.assign(createTestIntake(), { settlesAtOnce: true });
  const frontEnd = {
    intake,
    authenticator: createTokenAuthenticator({ verify, revocations, clock, log }),
    connections,
    priorities: createTestPriorities(),
    reads: createReadForwarder({ bus, names, log }),
    raceBoards: createRaceBoards({ kv: await platform.boards(), clock, log }),
    limits: DEFAULT_LIMITS,
    counts: createFrontEndCounts(),
    bus,
    names,
    clock,
    log,
    host: '127.0.0.1',
    port: 0,
  };
  const mqttServer = createMqttServer(frontEnd);
  release.add('MQTT', () => mqttServer.stop());
  mqttPort = (await mqttServer.listen()).port;
  const createSockets = (socketOptions: Parameters<typeof createWsServer>[0]) => createWsServer(socketOptions, log);
  const websocketServer = await createWebsocketServer({ ...frontEnd, createSockets });
  release.add('WebSocket', () => websocketServer.stop());
  websocket = await websocketServer.listen();
  await knowsRevocations();
});

after(async () => {
  assert.deepEqual(await release.release(), []);
});

const knowsRevocations = () => until('the list of revocations is known', () => revocations.isReady, TIMEOUT_MS);

async function tokenFor(device: string, { tokenId = device, validMs = 3_600_000 } = {}): Promise<string> {
  const issuedMs = clock.nowMs();
  const dates = { issuedMs, expiresMs: issuedMs + validMs };
  return signToken(key, { role: 'device', subject: device, athlete: '', tokenId, importer: false, ...dates });
}

type Protocol = 4 | 5 | 'websocket';
const PROTOCOLS: readonly Protocol[] = [4, 5, 'websocket'];

/** A device that tried to connect. */
interface Visitor {
  /** Null when it was let in; else what it was told. */
  readonly refusal: unknown;
  /** What it is told at the end of its connection. */
  farewell(): Promise<unknown>;
}

async function visit(t: TestContext, protocol: Protocol, device: string, token: string): Promise<Visitor> {
  if (protocol === 'websocket') return visitWebsocket(t, token);
  const client = await connectRaw(mqttPort, protocol, t);
  client.send(connectPacket(protocol, { clientId: `app-${protocol}`, username: device, password: Buffer.from(token) }));
  const connack = await client.next();
  assert.ok(connack.cmd === 'connack');
  const code = protocol === 5 ? connack.reasonCode : connack.returnCode;
  return {
    refusal: code === 0 ? null : (connack.properties?.reasonString ?? code),
    async farewell() {
      const words = await client.rest();
      return words.map((packet) => [packet.cmd, 'reasonCode' in packet && packet.reasonCode]);
    },
  };
}

async function visitWebsocket(t: TestContext, token: string): Promise<Visitor> {
  const peer = await connectWsPeer(websocket, { path: WEBSOCKET_PATH });
  t.after(() => peer.vanish());
  const phone = phoneOf(peer);
  phone.send(encodeHello({ client: 'app', token }));
  const said = await phone.next();
  return { refusal: said.kind === 'welcome' ? null : said, farewell: () => phone.rest() };
}

/** What devices of each protocol are told when `reason` ends their connection. */
const farewells = (reason: string) => [[], [['disconnect', NOT_AUTHORIZED]], [{ kind: 'goodbye', reason }, 1008]];

async function visitAll(t: TestContext, device: string, token: string): Promise<Visitor[]> {
  const all: Visitor[] = [];
  for (const protocol of PROTOCOLS) all.push(await visit(t, protocol, device, token));
  return all;
}

const refusals = (visitors: readonly Visitor[]) => visitors.map(({ refusal }) => refusal);
const farewellsOf = (visitors: readonly Visitor[]) => Promise.all(visitors.map((visitor) => visitor.farewell()));
const refusedFor = (code: number, reason: string) => [code, reason, { kind: 'goodbye', reason }];

for (const what of ['device', 'token'] as const) {
  test(`revoking the ${what} ends its connections within two seconds, over every protocol`, async (t) => {
    const device = `revoked-${what}`;
    const token = await tokenFor(device);
    const visitors = await visitAll(t, device, token);
    const other = await visit(t, 5, 'other', await tokenFor('other'));
    assert.deepEqual(refusals([...visitors, other]), [null, null, null, null]);
    const sinceMs = clock.monotonicMs();
    if (what === 'device') await revokeDevice(kv, device, clock.nowMs() + 1);
    else await revokeToken(kv, device, clock.nowMs());
    assert.deepEqual(await farewellsOf(visitors), farewells('revoked_token'));
    const tookMs = clock.monotonicMs() - sinceMs;
    assert.ok(tookMs < PROMISED_MS, `it took ${tookMs} ms`);
    assert.deepEqual(refusals(await visitAll(t, device, token)), refusedFor(5, 'revoked_token'));
    assert.deepEqual(refusals([await visit(t, 5, 'other', await tokenFor('other'))]), [null]);
  });
}

test('a device that was revoked may come back with a younger token', async (t) => {
  await revokeDevice(kv, 'renewed', clock.nowMs());
  await until('the revocation is known', () => revocations.check(held('renewed', 1)) === 'revoked_token', TIMEOUT_MS);
  assert.deepEqual(refusals(await visitAll(t, 'renewed', await tokenFor('renewed'))), [null, null, null]);
});

test('an expiring token closes its connections, and does not open another one', async (t) => {
  const token = await tokenFor('expiring', { validMs: 5_000 });
  const visitors = await visitAll(t, 'expiring', token);
  assert.deepEqual(refusals(visitors), [null, null, null]);
  assert.deepEqual(await farewellsOf(visitors), farewells('expired_token'));
  assert.deepEqual(refusals(await visitAll(t, 'expiring', token)), refusedFor(5, 'expired_token'));
});

test("a token that is not ours, or another device's, lets nobody in", async (t) => {
  assert.deepEqual(refusals(await visitAll(t, 'watch', 'secret')), refusedFor(4, 'bad_token'));
  const [v4, v5] = await visitAll(t, 'watch', await tokenFor('other-watch'));
  assert.deepEqual(refusals([v4, v5]), [5, 'wrong_device']);
});

test('without NATS who is in stays in and nobody else is let in; afterwards all is as before', async (t) => {
  const token = await tokenFor('patient');
  const visitors = await visitAll(t, 'patient', token);
  assert.deepEqual(refusals(visitors), [null, null, null]);
  await nats.kill();
  await until('the loss is noticed', () => !revocations.isReady, TIMEOUT_MS);
  const newcomer = await tokenFor('newcomer');
  assert.deepEqual(refusals(await visitAll(t, 'newcomer', newcomer)), refusedFor(3, 'revocations_unknown'));
  await nats.start();
  await knowsRevocations();
  assert.deepEqual(refusals(await visitAll(t, 'newcomer', newcomer)), [null, null, null]);
  // Those who stayed are still there to be revoked.
  await revokeDevice(kv, 'patient', clock.nowMs() + 1);
  assert.deepEqual(await farewellsOf(visitors), farewells('revoked_token'));
});

function held(subject: string, issuedMs: number) {
  return { role: 'device', subject, tokenId: subject, issuedMs } as const;
}
