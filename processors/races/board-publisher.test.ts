import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BoardRow, RoadGroup } from '../../schemas/board.ts';
import { readBoardMessage } from '../../schemas/board-message.ts';
import { GUN_MS } from '../../schemas/ten-kilometres-for-tests.ts';
import { RaceBoard } from './board/board.ts';
import { runRace, tell } from './board/run-race.arbitrary.ts';
import { BoardPublisher } from './board-publisher.ts';

const ACTS = ['nothing', 'moved', 'view'] as const;
const plan = fc.record({
  acts: fc.array(fc.constantFrom(...ACTS), { minLength: 1, maxLength: 30 }),
  stepMs: fc.integer({ min: 20, max: 60_000 }),
});

/** What a receiver shows that missed nothing. */
function createReceiver() {
  const rows = new Map<string, BoardRow>();
  let groups: readonly RoadGroup[] = [];
  let number = 0;
  return {
    rows,
    groups: () => groups,
    take(messages: readonly Uint8Array[]) {
      for (const message of messages.map((bytes) => readBoardMessage(bytes)!)) {
        assert.equal(message.number, number + 1);
        number = message.number;
        if (message.full && message.part === 0) rows.clear();
        for (const row of message.rows) rows.set(row.bib, row);
        for (const bib of message.removed) rows.delete(bib);
        if (message.part === message.parts - 1) groups = message.groups ?? groups;
      }
    },
  };
}

const byBib = (rows: Iterable<BoardRow>) => new Map([...rows].map((row) => [row.bib, row]));
/** What follows from all, and stands from one ranking to the next. */
const placeOf = (row: BoardRow) => {
  const { rank, waveRank, sexRank, categoryRank, clubRank, gapLeaderMs, gapAheadMs, group, tooClose } = row;
  return { rank, waveRank, sexRank, categoryRank, clubRank, gapLeaderMs, gapAheadMs, group, tooClose };
};
/** What is foreseen follows the field as it was when the row was made. */
const ownOf = ({ predictedMs: _, isSilent: __, statusReason: ___, ...row }: BoardRow) => {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !(name in placeOf(row as BoardRow))));
};

test('who moved is told as they are now, in the places of the last view, and a view then makes all the same', () => {
  fc.assert(
    fc.property(runRace(), plan, ({ race, told }, { acts, stepMs }) => {
      const board = new RaceBoard(race);
      const publisher = new BoardPublisher(1);
      const receiver = createReceiver();
      let nowMs = GUN_MS;
      receiver.take(publisher.messages(board.view(nowMs)));
      let last = board.view(nowMs);
      for (const [i, one] of told.entries()) {
        tell(board, one);
        nowMs += stepMs;
        const act = acts[i % acts.length];
        if (act === 'nothing') continue;
        if (act === 'view') {
          last = board.view(nowMs);
          receiver.take(publisher.messages(last));
          assert.deepEqual(receiver.rows, byBib(last.rows));
          assert.deepEqual(receiver.groups(), last.groups);
          continue;
        }
        receiver.take(publisher.moved(board.moved(nowMs)));
        const fresh = new RaceBoard(race);
        for (const before of told.slice(0, i + 1)) tell(fresh, before);
        const now = byBib(fresh.view(nowMs).rows);
        for (const row of last.rows) {
          const shown = receiver.rows.get(row.bib)!;
          assert.deepEqual(placeOf(shown), placeOf(row));
          // Whose status is another waits for the next ranking.
          if (now.get(row.bib)!.status === row.status) assert.deepEqual(ownOf(shown), ownOf(now.get(row.bib)!));
        }
      }
      receiver.take(publisher.messages(board.view(nowMs)));
      const seldom = new RaceBoard(race);
      for (const one of told) tell(seldom, one);
      const unforeseen = (rows: Iterable<BoardRow>) => byBib([...rows].map((row) => ({ ...row, predictedMs: null })));
      assert.deepEqual(unforeseen(receiver.rows.values()), unforeseen(seldom.view(nowMs).rows));
    }),
    { numRuns: 20 },
  );
});

test('what is kept for those who come is the last view with who moved since', () => {
  fc.assert(
    fc.property(runRace(), fc.integer({ min: 20, max: 60_000 }), ({ race, told }, stepMs) => {
      const board = new RaceBoard(race);
      const publisher = new BoardPublisher(1);
      const receiver = createReceiver();
      let nowMs = GUN_MS;
      let last = board.view(nowMs);
      receiver.take(publisher.messages(last));
      for (const [i, one] of told.entries()) {
        tell(board, one);
        nowMs += stepMs;
        if (i % 7 !== 0) receiver.take(publisher.moved(board.moved(nowMs)));
        else {
          last = board.view(nowMs);
          receiver.take(publisher.messages(last));
        }
      }
      const kept = publisher.snapshot(last).map((bytes) => readBoardMessage(bytes)!);
      assert.deepEqual(byBib(kept.flatMap(({ rows }) => rows)), receiver.rows);
    }),
    { numRuns: 20 },
  );
});

test('who moved is not told alone to somebody who asked for everything', () => {
  const [{ race, told }] = fc.sample(runRace(), { numRuns: 1, seed: 7 });
  const board = new RaceBoard(race);
  const publisher = new BoardPublisher(1);
  publisher.messages(board.view(GUN_MS));
  for (const one of told) tell(board, one);
  publisher.askAll();
  assert.deepEqual(publisher.moved(board.moved(GUN_MS + 1_000)), []);
  const [all] = publisher.messages(board.view(GUN_MS + 2_000)).map((bytes) => readBoardMessage(bytes)!);
  assert.deepEqual([all.full, all.rows.length], [true, race.starters.length]);
});
