import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { readRace, writeRace } from '../../../runtime/race-config.ts';
import { GUN_MS } from '../../../schemas/ten-kilometres-for-tests.ts';
import { createTestApi, NOW_MS, type TestRequest } from '../../api-for-tests.ts';
import { boardOfTwo, cutOfFirst, raceOfTwo } from '../races-for-tests.ts';
import { putHill } from '../setup/setup-for-tests.ts';
import { dsq, postAct, postReads, read } from './acts-for-tests.ts';

async function setUp(t: TestContext) {
  const api = await createTestApi(t);
  await writeRace(api.config, null, ...raceOfTwo);
  await api.clock.advance(GUN_MS + 7_200_000 - NOW_MS);
  return {
    ...api,
    as: (request: TestRequest) => api.ask(request, 'club'),
    /** Everything that the stream of facts holds. */
    async stored() {
      const all: { subject: string; fact: Record<string, unknown> }[] = [];
      const { lastSeq } = await api.facts.info();
      if (lastSeq === 0) return all;
      const done = new AbortController();
      for await (const one of api.facts.readFrom({ subjects: ['facts.>'], fromSeq: 1, signal: done.signal })) {
        all.push({ subject: one.subject, fact: JSON.parse(Buffer.from(one.data).toString()) });
        if (one.seq === lastSeq) done.abort();
      }
      return all;
    },
  };
}
const nameOf = ({ body }: { body: { type: string } }) => body.type.split(':').at(-1);

describe('reads of chips and mats', () => {
  test('are stored once, for the board to read, whoever repeats them', async (t) => {
    const { ask, as, stored } = await setUp(t);
    const { status, body } = await ask(postReads(read, { ...read, chip: undefined, bib: '2', source: 'chip' }), 'mat');
    assert.deepEqual([status, body], [200, { stored: 2, refused: [] }]);
    await as(postReads(read));
    const [first, second, ...rest] = await stored();
    assert.deepEqual(rest, []);
    const { id, ...fact } = first.fact;
    assert.deepEqual([first.subject, second.subject], ['facts.race.entry.ten.1', 'facts.race.entry.ten.2']);
    assert.match(String(id), /^[0-9a-f]{24}$/);
    assert.deepEqual(fact, {
      ...{ kind: 'race.entry', race: 'ten', bib: '1', by: 'feed mat-1', saidMs: GUN_MS + 7_200_000 },
      said: { type: 'read', source: 'mat', checkpoint: 'half', timeMs: read.timeMs, sigmaMs: 50 },
    });
  });

  test('that are of nobody, of no checkpoint or of the future are told', async (t) => {
    const { as, stored } = await setUp(t);
    const wrong = [{ chip: 'lost' }, { chip: undefined, bib: '9' }, { checkpoint: 'moon' }, { timeMs: GUN_MS + 9e6 }];
    const { body } = await as(postReads(read, ...wrong.map((one) => ({ ...read, ...one }))));
    assert.deepEqual(body, {
      stored: 1,
      refused: ['unknown_chip', 'unknown_bib', 'unknown_checkpoint', 'from_future'].map((reason, i) => {
        return { read: i + 1, reason };
      }),
    });
    assert.equal((await stored()).length, 1);
  });
});

describe('acts of an organiser', () => {
  test('are numbered and kept with who, when, why, before and after', async (t) => {
    const { as, get, ask, stored } = await setUp(t);
    const correct = { type: 'crossing', bib: '2', checkpoint: 'finish', pass: 1, timeMs: GUN_MS + 2_400_000 };
    assert.equal((await as(postAct(dsq))).status, 201);
    await ask(postAct({ act: correct, why: 'finish camera' }), 'operator');
    await as(postAct({ act: { type: 'undo', number: 1 }, why: 'another bus' }));
    const common = { saidMs: GUN_MS + 7_200_000, isUndone: false };
    const { body } = await get('/v1/races/ten/audit', 'club');
    assert.deepEqual(body, {
      race: 'ten',
      acts: [
        {
          ...{ number: 1, by: 'organiser club', ...common, isUndone: true, ...dsq },
          ...{ before: null, after: { verdict: 'dsq' } },
        },
        {
          ...{ number: 2, by: 'operator olga', ...common, act: correct, why: 'finish camera' },
          ...{ before: null, after: { timeMs: GUN_MS + 2_400_000 } },
        },
        {
          ...{ number: 3, by: 'organiser club', ...common, act: { type: 'undo', number: 1 }, why: 'another bus' },
          ...{ before: { verdict: 'dsq' }, after: null },
        },
      ],
      changes: [],
    });
    const effects = (await stored()).map(({ subject, fact }) => [subject, fact.effects]);
    const none = { type: 'decision', verdict: 'none', reason: '' };
    assert.deepEqual(effects[2], ['facts.race.act.ten', [{ bib: '1', said: none }]]);
    assert.equal(nameOf(await as(postAct({ act: { type: 'undo', number: 1 }, why: 'again' }))), 'act_undone');
    assert.equal(nameOf(await as(postAct({ act: { type: 'undo', number: 9 }, why: 'what' }))), 'unknown_act');
  });

  test('that come at once each have a number of their own, and one that comes again has its first', async (t) => {
    const { as, get } = await setUp(t);
    await Promise.all(['a', 'b', 'c', 'a'].map((key) => as(postAct({ ...dsq, why: 'a bus' }, key))));
    const { acts } = (await get('/v1/races/ten/audit', 'club')).body;
    assert.deepEqual(
      acts.map(({ number }: { number: number }) => number),
      [1, 2, 3],
    );
    assert.equal(nameOf(await as(postAct({ act: { type: 'freeze' }, why: 'done' }, 'a'))), 'key_reused');
  });

  test('freeze the race, so that its setting stays, publish it, and go back', async (t) => {
    const { as, config } = await setUp(t);
    const stateAfter = async (act: object) => {
      await as(postAct({ act, why: 'the end' }));
      return (await readRace(config, 'ten'))!.setting.state;
    };
    assert.equal(await stateAfter({ type: 'freeze' }), 'frozen');
    const change = { ...putHill(2), url: '/v1/races/ten', headers: { 'if-match': '"ten-2"' } };
    assert.equal(nameOf(await as(change)), 'race_closed');
    assert.equal(await stateAfter({ type: 'publish' }), 'published');
    assert.equal(await stateAfter({ type: 'undo', number: 2 }), 'frozen');
    assert.equal(await stateAfter({ type: 'undo', number: 1 }), 'live');
  });

  test('about a finding are of one in the queue, and are told with who decided and why', async (t) => {
    const { as, get, holdBoard, stored } = await setUp(t);
    const act = { type: 'review', finding: 'cut_course.1', revision: 2, decision: 'confirmed' };
    const decide = (own: object = {}) => as(postAct({ act: { ...act, ...own }, why: 'two marshals saw it' }));
    assert.equal(nameOf(await decide()), 'board_unavailable');
    holdBoard('ten', () => boardOfTwo, {}, {}, [cutOfFirst]);
    const wrong = await Promise.all([{ finding: 'vehicle.1' }, { revision: 3 }].map(decide));
    assert.deepEqual(
      wrong.map(({ body }) => body.detail),
      ['act/finding: is not in the queue', 'act/revision: is not there yet: it is 2'],
    );
    const { status, body } = await decide();
    const decided = { decision: 'confirmed', revision: 2 };
    const audited = {
      ...{ number: 1, by: 'organiser club', saidMs: GUN_MS + 7_200_000, why: 'two marshals saw it', act },
      ...{ before: null, after: decided, isUndone: false },
    };
    assert.deepEqual([status, body], [201, audited]);
    const { by, saidMs, why } = audited;
    assert.deepEqual((await stored())[0].fact.effects, [
      { finding: 'cut_course.1', decided: { ...decided, by, saidMs, why } },
    ]);
    await as(postAct({ act: { type: 'undo', number: 1 }, why: 'they saw another' }));
    assert.deepEqual((await stored())[1].fact.effects, [{ finding: 'cut_course.1', decided: null }]);
    const { acts } = (await get('/v1/races/ten/audit', 'club')).body;
    assert.deepEqual(acts[0], { ...audited, isUndone: true });
  });

  test('are of somebody and something in the race', async (t) => {
    const { as } = await setUp(t);
    const strike = { type: 'strike', bib: '1', checkpoint: 'finish', pass: 1 };
    const wrong = [{ bib: '9' }, { checkpoint: 'moon' }, { pass: 2 }];
    const answers = await Promise.all(wrong.map((one) => as(postAct({ act: { ...strike, ...one }, why: 'x' }))));
    assert.deepEqual(
      answers.map(({ body }) => body.detail),
      [
        'act/bib: is of nobody in the race',
        'act/checkpoint: is none of the race',
        'act/pass: is not there: finish is passed 1 times',
      ],
    );
  });
});
