import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BoardMessage } from '../../schemas/board-message.ts';
import type { ActEffect } from '../../schemas/race-act.ts';
import type { ReviewDecision } from '../../schemas/review.ts';
import { GUN_MS, starterOf, tenKilometres } from '../../schemas/ten-kilometres-for-tests.ts';
import { createBoardWorld } from './board-world-for-tests.ts';

const race = tenKilometres([starterOf('1'), starterOf('2'), starterOf('3')]);
const finish = (bib: string, afterS: number) => {
  const mat = { type: 'read', source: 'mat', checkpoint: 'finish', sigmaMs: 50 } as const;
  return { race: 'ten', bib, said: { ...mat, timeMs: GUN_MS + 1_000 * afterS } };
};
const at = (bib: string, afterS: number, positionM: number) => ({
  ...{
    bib,
    atMs: GUN_MS + 1_000 * afterS,
    positionM,
    sigmaM: 2,
    speedMps: 4,
    isOffCourse: false,
    lap: 1,
    crossings: [],
  },
});
/** Six hundred metres in ten seconds. */
const CUT = [
  ...[2_000, 2_010, 2_020, 2_030].map((afterS) => [afterS, 3 * afterS] as const),
  ...[2_040, 2_050, 2_060].map((afterS) => [afterS, 3 * afterS + 600] as const),
];
const dsq: ActEffect = { bib: '1', said: { type: 'decision', verdict: 'dsq', reason: '' } };
const corrected = (timeMs: number): ActEffect => ({
  bib: '2',
  said: {
    ...({ type: 'crossing', source: 'manual', checkpoint: 'finish', pass: 1 } as const),
    ...{ timeMs, sigmaMs: 500, isWithdrawn: false },
  },
});
const struck: ActEffect = {
  bib: '2',
  said: {
    ...({ type: 'crossing', source: 'manual', checkpoint: 'finish', pass: 1 } as const),
    ...{ timeMs: 0, sigmaMs: 500, isWithdrawn: false, isStruck: true },
  },
};

/** What is shown last: bib, rank, status, and the time from the gun in s. */
function last(heard: readonly BoardMessage[]) {
  const rows = new Map(heard.flatMap((message) => message.rows.map((row) => [row.bib, row] as const)));
  return [...rows.values()]
    .sort((a, b) => (a.bib < b.bib ? -1 : 1))
    .map(({ bib, rank, status, gunMs }) => [bib, rank, status, gunMs === null ? null : gunMs / 1_000]);
}

/** 3 after so many seconds, who made 40 m of way in the last ten of them. */
const moved = (afterS: number, positionM: number) => {
  const untilMs = GUN_MS + 1_000 * afterS;
  const motion = { untilMs, eastM: positionM, northM: 0, positionM, isOffCourse: false, travelledM: 4 * afterS };
  return { ...at('3', afterS, positionM), motions: [{ ...motion, unseenMs: 0, heartRate: null, cadence: null }] };
};

/** Ten kilometres in which 1 and 2 have finished, 3 runs and has cut, and which is frozen then. */
async function frozenWorld() {
  const world = createBoardWorld();
  await world.write(race);
  const heard = world.listen('ten');
  await world.clock.advance(3_000_000);
  const first = world.start();
  const shard = world.tellProgress('ten', 0);
  await world.clock.advance(3_000);
  for (const [afterS, positionM] of CUT) shard.tell([moved(afterS, positionM)]);
  shard.tell([at('3', 2_900, 9_000)]);
  await world.enter(finish('1', 2_400));
  await world.enter(finish('2', 2_500));
  await world.clock.advance(1_000);
  await world.act('ten', { state: 'frozen' });
  await world.clock.advance(1_000);
  return { ...world, heard, shard, first };
}
const asFrozen = [
  ['1', 1, 'finished', 2_400],
  ['2', 2, 'finished', 2_500],
  ['3', 3, 'running', 2_900],
];

describe('a board that is frozen', () => {
  test('stands still, whatever sources say and however long it is', async () => {
    const { heard, enter, shard, clock } = await frozenWorld();
    await enter(finish('3', 2_000));
    shard.tell([at('3', 3_050, 9_500)]);
    await clock.advance(120_000);
    assert.deepEqual(last(heard), asFrozen);
  });

  test('is changed by acts, and each can be taken back', async () => {
    const { heard, act, clock } = await frozenWorld();
    const after = async (...effects: ActEffect[]) => {
      await act('ten', ...effects);
      await clock.advance(1_000);
      return last(heard);
    };
    assert.deepEqual((await after(dsq))[0], ['1', null, 'dsq', 2_400]);
    assert.deepEqual((await after(corrected(GUN_MS + 2_300_000)))[1], ['2', 1, 'finished', 2_300]);
    const [, second] = await after(struck);
    assert.deepEqual(second.slice(0, 3), ['2', null, 'dns']);
    await after({ bib: '1', said: { type: 'decision', verdict: 'none', reason: '' } });
    const withdrawn = corrected(0) as { bib: string; said: object };
    assert.deepEqual(await after({ bib: '2', said: { ...withdrawn.said, isWithdrawn: true } } as ActEffect), asFrozen);
  });

  test('keeps what is decided about a finding, also after the death of its holder', async () => {
    const { act, askReviews, clock, start, first } = await frozenWorld();
    const finding = 'cut_course.3';
    const decided: ReviewDecision = {
      ...{ decision: 'confirmed', revision: 1, by: 'ann', saidMs: GUN_MS + 3_100_000, why: 'a marshal saw it' },
    };
    const decisions = async () => (await askReviews('ten'))?.map(({ id, decision }) => [id, decision]);
    assert.deepEqual(await decisions(), [[finding, null]]);
    await act('ten', { finding, decided });
    await clock.advance(1_000);
    assert.deepEqual(await decisions(), [[finding, decided]]);
    await clock.advance(10_000);
    start();
    await clock.advance(1_000);
    first.kill();
    await clock.advance(10_000);
    assert.deepEqual(await decisions(), [[finding, decided]]);
    await act('ten', { finding, decided: null });
    await clock.advance(1_000);
    assert.deepEqual(await decisions(), [[finding, null]]);
  });

  test('takes in what was said meanwhile once it goes on, also after the death of its holder', async () => {
    const { heard, enter, act, clock, start, first, shard } = await frozenWorld();
    await enter(finish('3', 2_950));
    await clock.advance(10_000);
    start();
    await clock.advance(1_000);
    first.kill();
    const from = heard.length;
    await clock.advance(10_000);
    assert.deepEqual(last(heard.slice(from)), asFrozen);
    shard.tell([at('3', 2_940, 9_400)]);
    await act('ten', { state: 'live' });
    await clock.advance(3_000);
    assert.deepEqual(last(heard.slice(from))[2], ['3', 3, 'finished', 2_950]);
  });
});
