import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { writeRace } from '../../../runtime/race-config.ts';
import { encodeForwardedReads, type ForwardedReads, readReadsAnswer } from '../../../schemas/forwarded-reads.ts';
import { createNames } from '../../../schemas/names.ts';
import { GUN_MS } from '../../../schemas/ten-kilometres-for-tests.ts';
import { createTestApi, NOW_MS } from '../../api-for-tests.ts';
import { raceOfTwo } from '../races-for-tests.ts';
import { postReads, read } from './acts-for-tests.ts';

const names = createNames();
const mat = { role: 'feed', subject: 'club', tokenId: 'mat-1' } as const;

async function setUp(t: TestContext) {
  const api = await createTestApi(t);
  const [own, starters] = raceOfTwo;
  await writeRace(api.config, null, own, starters);
  await writeRace(api.config, null, { ...own, id: 'draft', state: 'draft' }, starters);
  await api.clock.advance(GUN_MS + 7_200_000 - NOW_MS);
  return {
    ...api,
    async forward(body: string | object, over: Partial<ForwardedReads> = {}) {
      const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const data = encodeForwardedReads({ race: 'ten', by: mat, body: bytes, ...over });
      const answer = readReadsAnswer(await api.bus.request(names.storeReads, data, 5_000));
      assert.notEqual(answer, null);
      return answer!.reason;
    },
    async stored() {
      return (await api.facts.info()).messages;
    },
  };
}

test('reads that ingest hands on are stored as those by HTTP are, and both once', async (t) => {
  const { forward, ask, stored } = await setUp(t);
  assert.equal(await forward({ reads: [read, { ...read, chip: undefined, bib: '2' }] }), null);
  assert.equal(await stored(), 2);
  const { body } = await ask(postReads(read), 'mat');
  assert.deepEqual([body.stored, await stored()], [1, 2]);
});

test('those of nobody are left out, and it is said', async (t) => {
  const { forward, stored, records } = await setUp(t);
  assert.equal(await forward({ reads: [{ ...read, chip: 'lost' }, read] }), 'reads_left_out');
  assert.equal(await stored(), 1);
  const { race, refused } = records.find(({ msg }) => msg === 'reads of nobody were left out')!;
  assert.deepEqual([race, refused], ['ten', [{ read: 0, reason: 'unknown_chip' }]]);
});

test('each way to be refused has its reason, and stores nothing', async (t) => {
  const { forward, stored, bus } = await setUp(t);
  const good = { reads: [read] };
  const rival = { ...mat, subject: 'rival' };
  assert.equal(await forward(good, { by: rival }), 'foreign_race');
  assert.equal(await forward(good, { by: { ...rival, role: 'organiser' } }), 'foreign_race');
  assert.equal(await forward(good, { race: 'nothing' }), 'unknown_race');
  assert.equal(await forward(good, { race: 'draft' }), 'unknown_race');
  for (const body of ['', 'x', '[]', '{}', '{"reads":[]}', '{"reads":[{}]}', '{"reads":[null]}', 'null']) {
    assert.equal(await forward(body), 'bad_reads', body);
  }
  for (const wrong of [
    { ...read, timeMs: null },
    { ...read, timeMs: '1' },
    { ...read, more: 1 },
  ]) {
    assert.equal(await forward({ reads: [wrong] }), 'bad_reads');
  }
  for (const data of ['', '\n', '{}\n{}', '{"race":"ten","by":{"role":"device","subject":"a","tokenId":"b"}}\n{}']) {
    const answer = await bus.request(names.storeReads, Buffer.from(data), 5_000);
    assert.deepEqual(readReadsAnswer(answer), { reason: 'bad_reads' });
  }
  assert.equal(await stored(), 0);
  assert.equal(await forward(good, { by: { ...mat, role: 'operator', subject: 'Olga' } }), null);
});

test('beyond a bound nothing is taken, and once there is room again it is', async (t) => {
  const { forward } = await setUp(t);
  const all = await Promise.all(Array.from({ length: 60 }, () => forward({ reads: [read] })));
  assert.deepEqual([all.includes(null), all.filter((one) => one === 'overloaded').length], [true, 28]);
  assert.equal(await forward({ reads: [read] }), null);
});
