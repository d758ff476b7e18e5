import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balanceOf } from '../../runtime/ledger.ts';
import { LogUnavailableError } from '../../runtime/stream/stream.ts';
import type { Operations } from '../../schemas/operations.ts';
import { createTestApi, NOW_MS } from '../api-for-tests.ts';
import { StoreUnavailableError } from '../samples/reader.ts';

const POLL_MS = 2_000;

test('operators read how everything stands; nobody else does', async (t) => {
  const { get } = await createTestApi(t);
  const { status, body, headers } = await get('/v1/operations', 'operator');
  const flow = { perS: null, overMs: 0, recent: [] };
  const counts = { accepted: 10, refused: 1 };
  assert.equal(headers['cache-control'], 'no-store');
  assert.deepEqual(
    [status, body],
    [
      200,
      {
        atMs: NOW_MS,
        engines: [
          { engine: 'nats', health: 'up', version: '2.15.1', tookMs: 0 },
          { engine: 'questdb', health: 'up', version: '9.3.4', tookMs: 0 },
          { engine: 'clickhouse', health: 'up', version: '26.7.1', tookMs: 0 },
        ],
        flows: ['accepted', 'questdb', 'clickhouse'].map((name) => ({ flow: name, ...flow })),
        consumers: [
          { stream: 'FRAMES', consumer: 'clickhouse', readers: 1, waitingMessages: 3, behindMs: 1_200 },
          { stream: 'FRAMES', consumer: '', readers: 16, waitingMessages: 0, behindMs: 0 },
        ],
        accounts: [
          { store: 'questdb', ledger: { ...counts, written: 7, expired: 1, inFlight: 1, balanced: true } },
          { store: 'clickhouse', ledger: { ...counts, written: 9, expired: 0, inFlight: 0, balanced: true } },
        ],
        turnedAway: { refused: 4, shed: 6 },
        deadLetters: { messages: 4, reasons: { frame_too_old: 3, foreign_device: 1 } },
        connections: { devices: { mqtt: 2, websocket: 1 }, ingests: 1, silentIngests: 0, nats: 4 },
      },
    ],
  );
  for (const token of ['watch-1', 'club', 'mat']) assert.equal((await get('/v1/operations', token)).status, 403, token);
  assert.equal((await get('/v1/operations')).status, 401);
});

test('the rate of each store is that of its own ledger, over a minute at most', async (t) => {
  const { get, clock, operationsRead } = await createTestApi(t);
  let accepted = 0;
  operationsRead.accepted = async () => accepted;
  operationsRead.account.questdb = async () =>
    balanceOf('questdb', accepted, { samples: accepted, refused: 0, expired: 0 });
  // This one gets every second sample only.
  const half = () => ({ samples: accepted / 2, refused: 0, expired: 0 });
  operationsRead.account.clickhouse = async () => balanceOf('clickhouse', accepted, half());
  let body: Operations | undefined;
  for (let atMs = 0; atMs <= 120_000; atMs += POLL_MS) {
    body = (await get('/v1/operations', 'operator')).body as Operations;
    await clock.advance(POLL_MS);
    accepted += 200;
  }
  const rates = body!.flows.map(({ flow, perS, overMs }) => [flow, perS, overMs]);
  assert.deepEqual(rates, [
    ['accepted', 100, 60_000],
    ['questdb', 100, 60_000],
    ['clickhouse', 50, 60_000],
  ]);
  const [{ recent }] = body!.flows;
  assert.deepEqual(recent[0], { atMs: NOW_MS + POLL_MS, perS: 100 });
  assert.deepEqual(recent.at(-1), { atMs: NOW_MS + 120_000, perS: 100 });
  assert.equal(recent.length, 60);
});

test('a store that is down is said to be down, and hides nothing of the others', async (t) => {
  const { get, clock, operationsRead, records } = await createTestApi(t);
  const before = (await get('/v1/operations', 'operator')).body as Operations;
  const gone = () => Promise.reject(new StoreUnavailableError('questdb', 'connect ECONNREFUSED 10.0.0.7:9000'));
  operationsRead.engine.questdb = gone;
  operationsRead.account.questdb = gone;
  for (let i = 0; i < 3; i++) {
    await clock.advance(POLL_MS);
    const { status, body } = await get('/v1/operations', 'operator');
    const down = { engine: 'questdb', health: 'down', version: null, tookMs: null };
    assert.deepEqual(
      [status, body],
      [
        200,
        {
          ...{ ...before, atMs: clock.nowMs() },
          engines: before.engines.map((one) => (one.engine === 'questdb' ? down : one)),
          flows: before.flows.map((one) =>
            one.flow === 'questdb' ? one : { ...one, perS: 0, overMs: (i + 1) * POLL_MS, recent: body.flows[0].recent },
          ),
          accounts: before.accounts.map((one) => (one.store === 'questdb' ? { ...one, ledger: null } : one)),
        },
      ],
    );
    assert.equal(JSON.stringify(body).includes('10.0.0.7'), false);
  }
  const told = records.filter(({ asked }) => asked !== undefined).map(({ asked, msg }) => `${asked} ${msg}`);
  assert.deepEqual(told, ['QuestDB does not say how it stands', "QuestDB's ledger does not say how it stands"]);
});

test('without NATS the stores are still shown, and what only NATS knows is not', async (t) => {
  const { get, operationsRead } = await createTestApi(t);
  const gone = () => Promise.reject(new LogUnavailableError('not connected to NATS'));
  Object.assign(operationsRead.engine, { nats: gone });
  Object.assign(operationsRead, { consumers: gone, accepted: gone, turnedAway: gone, deadLetters: gone });
  const { status, body } = await get('/v1/operations', 'operator');
  const { engines, consumers, turnedAway, deadLetters } = body as Operations;
  assert.deepEqual([status, engines.map(({ health }) => health)], [200, ['down', 'up', 'up']]);
  assert.deepEqual({ consumers, turnedAway, deadLetters }, { consumers: null, turnedAway: null, deadLetters: null });
});

test('an engine that says nothing is shown as silent in time, and asked once', async (t) => {
  const { get, clock, operationsRead } = await createTestApi(t);
  let asked = 0;
  let answer: (said: { version: string; isWell: boolean }) => void = () => undefined;
  operationsRead.engine.clickhouse = () => {
    asked++;
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  const read = async () => ((await get('/v1/operations', 'operator')).body as Operations).engines[2];
  const first = read();
  await clock.advance(POLL_MS);
  const silent = { engine: 'clickhouse', health: 'silent', version: null, tookMs: null };
  assert.deepEqual(await first, silent);
  // Whoever comes later does not wait for the same question again.
  assert.deepEqual(await read(), silent);
  assert.equal(asked, 1);
  answer({ version: '26.7.1', isWell: false });
  await clock.advance(0);
  assert.deepEqual(await read(), { engine: 'clickhouse', health: 'unwell', version: '26.7.1', tookMs: POLL_MS });
});

test('too many subjects of dead letters are summed and not told apart', async (t) => {
  const { get, operationsRead } = await createTestApi(t);
  operationsRead.deadLetters = async () => ({ messages: 1_000_000, subjects: null });
  const { deadLetters } = (await get('/v1/operations', 'operator')).body as Operations;
  assert.deepEqual(deadLetters, { messages: 1_000_000, reasons: null });
});

test('a store may be ahead by what it wrote since the count was told, and not by more', async (t) => {
  const { get, clock, operationsRead } = await createTestApi(t);
  let accepted = 0;
  let aheadS = 10;
  const written = () => ({ samples: accepted + 100 * aheadS, refused: 0, expired: 0 });
  operationsRead.account.questdb = async () => balanceOf('questdb', accepted, written());
  const verdicts: (boolean | undefined)[] = [];
  for (let atMs = 0; atMs <= 80_000; atMs += POLL_MS) {
    const body = (await get('/v1/operations', 'operator')).body as Operations;
    verdicts.push(body.accounts[0].ledger?.balanced);
    await clock.advance(POLL_MS);
    accepted += 200;
    // From here on there are samples that nobody accepted.
    if (atMs === 40_000) aheadS = 40;
  }
  assert.deepEqual([...new Set(verdicts.slice(0, 21))], [true]);
  assert.equal(verdicts.at(-1), false);
});
