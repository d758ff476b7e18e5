import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { createMemoryLog } from '../../runtime/log.ts';
import { createMemorySocketServer, type MemorySocketServer } from '../../runtime/sockets/memory-server.ts';
import type { Peer, PeerRequest } from '../../runtime/sockets/peer.ts';
import { createAccess, type TokenVerdict } from '../access.ts';
import { createCookies } from '../requests/cookies.ts';
import { createLiveSocket, LIVE_ACTIVITIES_PATH } from './live-socket.ts';
import type { Watcher, Watching } from './watching.ts';

const ann: TokenVerdict = { ok: true, caller: { kind: 'device', device: 'watch-1', athlete: 'ann' } };

async function setUp(t: TestContext, verdicts: Record<string, TokenVerdict> = { ann }) {
  const { log } = createMemoryLog();
  const clock = createManualClock(1_000_000);
  const watchers = new Map<Watcher, string>();
  const watching: Watching = {
    watch(athlete, watcher) {
      watchers.set(watcher, athlete);
      return () => void watchers.delete(watcher);
    },
    watchedAthletes: () => watchers.size,
    stop: () => watchers.clear(),
  };
  let server: MemorySocketServer | undefined;
  createLiveSocket({
    path: LIVE_ACTIVITIES_PATH,
    admit: createAccess({
      verify: async (token) => verdicts[token] ?? { ok: false, reason: 'bad_token' },
      cookies: createCookies({ isSecure: false }),
      openLoopback: false,
    }).requireAthlete,
    watching,
    clock,
    log,
    maxWatchers: 2,
    serve: (options) => {
      server = createMemorySocketServer(options, log);
      return server;
    },
  });
  await server!.listen({ host: 'memory', port: 1 });
  t.after(() => server!.close());
  const connect = (said: PeerRequest = {}) => server!.connect({ path: LIVE_ACTIVITIES_PATH, ...said });
  const settle = () => clock.advance(0);
  return { clock, watchers, verdicts, connect, settle };
}

const say = (peer: Peer, greeting: unknown) => peer.send(Buffer.from(JSON.stringify(greeting)), 'text');

function texts(peer: Peer): string[] {
  const all: string[] = [];
  peer.onMessage((bytes) => void all.push(Buffer.from(bytes).toString()));
  return all;
}

test('who shows a token in the first message watches their own activity', async (t) => {
  const { watchers, connect, settle } = await setUp(t);
  const peer = await connect();
  const heard = texts(peer);
  say(peer, { token: 'ann' });
  await settle();
  assert.deepEqual([...watchers.values()], ['ann']);
  for (const watcher of watchers.keys()) watcher.tell(Buffer.from('{"type":"away"}'));
  await settle();
  assert.deepEqual(heard, ['{"type":"away"}']);
  peer.close();
  await settle();
  assert.equal(watchers.size, 0);
});

test('a page of ours watches by the cookie of who has logged in; a page of another site does not', async (t) => {
  const { watchers, connect, settle } = await setUp(t);
  const cookie = 'slipstream=ann';
  const own = await connect({ cookie, origin: 'http://memory' });
  say(own, {});
  await settle();
  assert.deepEqual([...watchers.values()], ['ann']);
  own.close();
  for (const origin of ['http://other.test', 'null', undefined]) {
    const peer = await connect({ cookie, ...(origin && { origin }) });
    say(peer, {});
    await settle();
    assert.equal(await peer.closed, 1008, String(origin));
  }
  assert.equal(watchers.size, 0);
});

const refusals: [what: string, greeting: unknown, verdict?: TokenVerdict, code?: number][] = [
  ['without a token', {}],
  ['with a token that is not ours', { token: 'forged' }],
  ["with another athlete's name", { token: 'ann', athlete: 'ben' }],
  ['as an operator who does not say whom', { token: 'operator' }],
  ['with something that is no greeting', [1]],
  ['with a name that is no text', { token: 'ann', athlete: 7 }],
  ['while revocations are unknown', { token: 'unsure' }, undefined, 1013],
];
for (const [what, greeting, , code = 1008] of refusals) {
  test(`who comes ${what} is closed with ${code} and watches nothing`, async (t) => {
    const { watchers, connect, settle } = await setUp(t, {
      ann,
      operator: { ok: true, caller: { kind: 'operator', name: 'olga' } },
      unsure: { ok: false, reason: 'revocations_unknown' },
    });
    const peer = await connect();
    say(peer, greeting);
    await settle();
    assert.equal(await peer.closed, code);
    assert.equal(watchers.size, 0);
  });
}

test('who says nothing is closed after a while, and costs nothing more', async (t) => {
  const { clock, connect } = await setUp(t);
  const peer = await connect();
  await clock.advance(5_000);
  assert.equal(await peer.closed, 1008);
  assert.equal(clock.pendingTimers(), 0);
});

test('a token that is revoked meanwhile ends the watch', async (t) => {
  const { clock, watchers, verdicts, connect, settle } = await setUp(t);
  const peer = await connect();
  say(peer, { token: 'ann' });
  await settle();
  await clock.advance(29_999);
  assert.equal(watchers.size, 1);
  verdicts.ann = { ok: false, reason: 'revoked_token' };
  await clock.advance(1);
  assert.equal(await peer.closed, 1008);
  assert.deepEqual([watchers.size, clock.pendingTimers()], [0, 0]);
});

test('a connection beyond the limit is refused before it is one', async (t) => {
  const { connect } = await setUp(t);
  await connect();
  await connect();
  await assert.rejects(connect(), /503/);
});

test('a reader that is too slow misses what lies between, and then hears the newest', async (t) => {
  const { watchers, connect, settle } = await setUp(t);
  const peer = await connect();
  const heard = texts(peer);
  say(peer, { token: 'ann' });
  await settle();
  peer.stopReading();
  const [watcher] = watchers.keys();
  // Far more than the connection holds.
  const message = (n: number) => `${n} ${'x'.repeat(20_000)}`;
  for (let n = 0; n < 200; n++) watcher.tell(Buffer.from(message(n)));
  await settle();
  peer.startReading();
  await settle();
  const numbers = heard.map((text) => Number(text.split(' ')[0]));
  assert.equal(numbers.at(-1), 199);
  assert.ok(numbers.length < 20, `${numbers.length} of 200 were kept`);
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  );
  watcher.tell(Buffer.from('200 and on'));
  await settle();
  assert.equal(heard.at(-1), '200 and on');
});
