import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AthleteProgress } from '../../../schemas/progress.ts';
import { logMessage } from '../../batches-for-tests.ts';
import { RaceBoard } from '../board/board.ts';
import { decodeBoardPart, encodeBoardPart, memoryOf, recall } from '../board/memory.ts';
import { MAX_NEWS } from '../motion.ts';
import { GUN_MS } from '../runs-for-tests.ts';
import { createShard, RACE } from './shard-for-tests.ts';

/** Tenths of a stride a minute. */
const RUNNING = 850;
const SITTING = 0;

/** What a pod on the shoe of the first said, each second of a span. */
function stepsOf(fromS: number, untilS: number, cadence: number) {
  const seconds = Array.from({ length: untilS - fromS }, (_, n) => fromS + n);
  const own = { device: 'watch-athlete-1', boot: '00000000000000b2', source: 'steps' };
  const timesMs = seconds.map((s) => GUN_MS + s * 1_000);
  const frame = { ...own, seq: fromS + 1, timesMs, columns: { cadence: seconds.map(() => cadence) } };
  return logMessage({ athlete: 'athlete-1', batch: 20_000 + fromS, frames: [frame] }, 20_000 + fromS);
}

/** Sat on something from 100 to 180 s, which is told after all that came later; or in its turn. */
async function ridden({ isLate }: { isLate: boolean }) {
  const shard = createShard();
  const board = new RaceBoard(RACE);
  const told: AthleteProgress[][] = [];
  const tell = () => {
    told.push(shard.progress());
    board.tick({ athletes: told.at(-1)! });
  };
  const run = (fromS: number, untilS: number, cadence: number) => {
    for (let s = fromS; s < untilS; s += 5) {
      shard.runUntil(s + 5);
      shard.deliver(stepsOf(s, s + 5, cadence));
    }
  };
  shard.runUntil(0);
  run(0, 100, RUNNING);
  const late = isLate ? [...shard.withhold(100, 180), stepsOf(100, 180, SITTING)] : [];
  if (isLate) shard.runUntil(180);
  else run(100, 180, SITTING);
  run(180, 260, RUNNING);
  tell();
  const before = board.findings();
  for (const message of late) shard.deliver(message);
  shard.passS(15);
  for (let n = 0; n < 2; n++) shard.tick();
  await shard.rounds();
  tell();
  return { shard, board, before, told, run, tell };
}

const kinds = (findings: ReturnType<RaceBoard['findings']>) =>
  findings.map(({ id, severity, isWithdrawn, from, until }) => ({ id, severity, isWithdrawn, from, until }));

describe('what comes too late for the window of positions', () => {
  test('goes through the review, once the store has it, as if it had come in its turn', async () => {
    const [late, whole] = [await ridden({ isLate: true }), await ridden({ isLate: false })];
    assert.deepEqual(kinds(late.before), [], 'nobody saw where they were');
    assert.equal(whole.board.findings()[0].kind, 'vehicle');
    assert.deepEqual(kinds(late.board.findings()), kinds(whole.board.findings()));
    const { round, againUntilMs, ...review } = late.board.athlete('1')!.review;
    assert.deepEqual([round, review], [1, whole.board.athlete('1')!.review]);
    assert.equal(againUntilMs, review.last!.untilMs);
    assert.deepEqual(late.board.athlete('2')!.review, whole.board.athlete('2')!.review);
  });

  test('is followed by what comes live, with sums that go on', async () => {
    const [late, whole] = [await ridden({ isLate: true }), await ridden({ isLate: false })];
    for (const one of [late, whole]) {
      one.run(275, 330, RUNNING);
      one.tell();
    }
    const { round: _, againUntilMs: __, ...review } = late.board.athlete('1')!.review;
    assert.deepEqual(review, whole.board.athlete('1')!.review);
    assert.deepEqual(late.shard.failed, []);
  });

  test('is judged when all of it is there, by a successor too, and once however often it is told', async () => {
    const { told, board } = await ridden({ isLate: true });
    const [first, again] = told.map((athletes) => athletes.filter(({ bib }) => bib === '1'));
    assert.ok(again[0].motions!.length > 20 && again[0].motions!.length < MAX_NEWS);
    const own = new RaceBoard(RACE);
    own.tick({ athletes: first });
    const half = again.map((one) => ({ ...one, motions: one.motions!.slice(0, 12) }));
    own.tick({ athletes: half });
    assert.deepEqual(own.findings(), [], 'nothing is judged by half of it');
    const successor = new RaceBoard(RACE);
    const part = { race: RACE.id, athletes: [memoryOf(own.athlete('1')!)], waiting: [] };
    recall(successor, decodeBoardPart(encodeBoardPart(part)).athletes[0]);
    const rest = again.map((one) => ({ ...one, motions: one.motions!.slice(12) }));
    for (const one of [own, successor]) {
      for (let n = 0; n < 2; n++) one.tick({ athletes: rest });
      assert.deepEqual(kinds(one.findings()), kinds(board.findings()));
    }
  });
});
