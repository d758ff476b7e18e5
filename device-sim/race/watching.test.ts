import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { createManualClock, systemClock } from '../../runtime/clock.ts';
import { createMemoryKvStore } from '../../runtime/kv/memory-kv.ts';
import { readRace } from '../../runtime/race-config.ts';
import { StartError } from '../../runtime/service.ts';
import { createMemoryLogStore } from '../../runtime/stream/memory-stream.ts';
import { createNames } from '../../schemas/names.ts';
import { createDeviceClock, trueClock } from '../device-clock.ts';
import { createRandom } from '../random.ts';
import type { Letter } from '../script.ts';
import { watchBoardLatency } from './board-latency.ts';
import { type BoardReader, createBoardReader } from './board-reader.ts';
import { openRace } from './open-race.ts';
import { makeRaceCourse } from './race-courses.ts';
import { drawRace } from './race-plan.ts';
import { followCrossings } from './told-crossings.ts';

const NOW_MS = 1_800_000_000_000;
const WITHIN_MS = 10_000;
const names = createNames();

async function until(what: string, isTrue: () => boolean): Promise<void> {
  for (const untilMs = performance.now() + WITHIN_MS; !isTrue(); ) {
    assert.ok(performance.now() < untilMs, `${what}: not within ${WITHIN_MS} ms`);
    await systemClock.sleep(5);
  }
}

describe('a race before its start', () => {
  const course = makeRaceCourse(createRandom('a', 'course'), 'point-to-point', 1_000);
  const plan = drawRace({
    ...{ seed: 'a', id: 'five', name: 'Five', course, athletes: 5, waves: 1, waveGapS: 60, cheats: 0, gps: 'white' },
    hasAthletes: true,
  });
  const starters = plan.entrants.map(({ starter }) => starter);
  const boardOf = (totals: readonly (number | null)[]): BoardReader => {
    let asked = 0;
    const countRows = async () => ({ total: totals[Math.min(asked++, totals.length - 1)], trouble: 'no board' });
    return { countRows, read: () => assert.fail('nobody needs the rows') };
  };
  const setUp = () => {
    const clock = createManualClock(NOW_MS);
    const config = createMemoryKvStore(clock, { bucket: 'CONFIG', ttlMs: 0, maxBytes: 0, replicas: 1 }).open();
    return { clock, config, signal: new AbortController().signal };
  };

  test('is written, and open once the board has everybody', async () => {
    const deps = setUp();
    const opening = openRace({ ...deps, board: boardOf([null, 0, 5]) }, plan.settingAt(NOW_MS), starters);
    await deps.clock.advance(1_000);
    await opening;
    const stored = await readRace(deps.config, 'five');
    assert.deepEqual(stored?.race.starters, starters);
    assert.equal(stored?.race.waves[0].gunTimeMs, NOW_MS);
  });

  test('is refused in words when there is one of that id, or nobody shows a board', async () => {
    const deps = setUp();
    const open = (totals: (number | null)[]) =>
      openRace({ ...deps, board: boardOf(totals) }, plan.settingAt(NOW_MS), starters);
    const waiting = assert.rejects(
      open([null]),
      (error) => error instanceof StartError && /no board/.test(error.message),
    );
    await deps.clock.advance(60_000);
    await waiting;
    await assert.rejects(open([5]), (error) => error instanceof StartError && /another --race-id/.test(error.message));
  });
});

test('the crossings of one race are followed from now on, of each the greatest revision', async (t) => {
  const log = createMemoryLogStore(createManualClock(NOW_MS), {
    ...{ name: names.factsStream, subjects: [names.factsFilter], maxBytes: 0, duplicateWindowMs: 1, metadata: {} },
    replicas: 1,
  }).open();
  const stop = new AbortController();
  t.after(() => stop.abort());
  let n = 0;
  const say = async (race: string, revision: number, own: object) => {
    const crossing = { race, bib: '7', checkpoint: 'half', pass: 2, timeMs: 10, sigmaMs: 3, ...own };
    const fact = { kind: 'race.crossing', revision, crossing: { isSettled: false, isWithdrawn: false, ...crossing } };
    const subject = names.fact('race.crossing', `${race}.7.half.2`);
    await log.publish(subject, Buffer.from(JSON.stringify(fact)), { msgId: `${++n}`, headers: {} });
  };
  await say('mine', 9, { timeMs: 1 });
  const told = await followCrossings(log, names, 'mine', stop.signal);
  assert.equal(told.isSettled, true);
  await say('other', 5, {});
  await say('mine', 2, { timeMs: 20 });
  await until('the first is told', () => told.count === 1);
  assert.equal(told.isSettled, false);
  await say('mine', 3, { timeMs: 30, isSettled: true });
  await say('mine', 1, { timeMs: 40 });
  await until('all are told', () => told.count === 3);
  assert.deepEqual(
    [...told.newest],
    [['7 half 2', { revision: 3, timeMs: 30, sigmaMs: 3, isSettled: true, isWithdrawn: false }]],
  );
  assert.equal(told.isSettled, true);
});

/** An API whose board is told by hand. */
async function startApi(t: TestContext, pages: (offset: number, limit: number) => { status: number; body: object }) {
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://api');
    const { status, body } = pages(Number(url.searchParams.get('offset')), Number(url.searchParams.get('limit')));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const sockets = new WebSocketServer({ server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const client of sockets.clients) client.terminate();
    server.close();
  });
  const tell = (message: object) => {
    for (const client of sockets.clients) client.send(Buffer.from(JSON.stringify(message)));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, tell };
}

describe('the board as anybody reads it', () => {
  test('comes page by page, and is null while nobody knows it', async (t) => {
    const bibs = Array.from({ length: 2_345 }, (_, i) => `${i + 1}`);
    let isKnown = true;
    const { url } = await startApi(t, (offset, limit) =>
      isKnown
        ? {
            status: 200,
            body: { atMs: 5, total: 2_345, rows: bibs.slice(offset, offset + limit).map((bib) => ({ bib })) },
          }
        : { status: 503, body: { title: 'Nobody knows the board.' } },
    );
    const reader = createBoardReader(url, 'ten', new AbortController().signal);
    const read = await reader.read();
    assert.deepEqual([read?.atMs, read?.rows.map(({ bib }) => bib)], [5, bibs]);
    assert.deepEqual(await reader.countRows(), { total: 2_345, trouble: null });
    isKnown = false;
    assert.equal(await reader.read(), null);
    assert.deepEqual(await reader.countRows(), { total: null, trouble: 'Nobody knows the board.' });
  });

  test('says how long the frame took that it first shows', async (t) => {
    const api = await startApi(t, () => ({ status: 404, body: {} }));
    let nowMs = 0;
    const latency = watchBoardLatency({
      ...{ apiUrl: api.url, race: 'ten', nowMs: () => nowMs },
      bibs: new Map([
        ['watch', '7'],
        ['wrong', '8'],
      ]),
    });
    t.after(() => latency.stop());
    const letterOf = (device: string, lastMs: number, clock = trueClock): Letter => ({
      ...{ malformed: null, other: null, clock },
      frame: { device, boot: 'b', seq: 1, source: 'gps', timesMs: [lastMs - 1_000, lastMs], columns: {} },
    });
    await until('it watches', () => api.sockets.clients.size === 1);
    api.tell({
      type: 'snapshot',
      rows: [
        { bib: '7', seenMs: 20_000 },
        { bib: '8', seenMs: 20_000 },
      ],
    });
    for (const [atMs, lastMs] of [
      [100, 24_000],
      [200, 25_000],
      [300, 26_000],
    ]) {
      nowMs = atMs;
      latency.sent(letterOf('watch', lastMs));
      // Lost at once, and sent again.
      latency.sent(letterOf('watch', lastMs));
      latency.sent(letterOf('wrong', lastMs, createDeviceClock(60_000, 0, 0)));
      latency.sent(letterOf('stranger', lastMs));
    }
    nowMs = 340;
    // 30 s is what is shown from 25 s on: the second frame brought it, 140 ms ago.
    api.tell({
      type: 'delta',
      rows: [
        { bib: '7', seenMs: 30_000 },
        { bib: '8', seenMs: 30_000 },
      ],
    });
    await until('it is measured', () => latency.histogram.count > 0);
    assert.equal(latency.histogram.count, 1);
    assert.ok(Math.abs(latency.histogram.maxMs - 140) < 1);
  });
});
