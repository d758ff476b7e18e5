import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { starterOf, straightCourse, tenKilometres } from '../../schemas/ten-kilometres-for-tests.ts';
import { AreaViews } from './area-views.ts';
import type { Board } from './board-state.ts';
import type { AreaKey } from './map-area.ts';
import { boardOfTwo, rowOf } from './races-for-tests.ts';

const race = tenKilometres([starterOf('1')]);
/** The third and fourth kilometre of the course, which lies on the equator: 0.0000898 degrees are ten metres. */
const PART: AreaKey = 'area:-10000,179664,10000,359328';
const ALL: AreaKey = 'area:-10000,-10000,10000,910000';

function boardOf(places: Readonly<Record<string, number>>, own: Partial<Board> = {}): Board {
  const { rows: _, ...head } = boardOfTwo;
  const rows = Object.entries(places).map(([bib, positionM]) => [bib, rowOf(bib, { status: 'running', positionM })]);
  return { ...head, epoch: 1, number: 1, rows: new Map(rows as [string, ReturnType<typeof rowOf>][]), ...own };
}

interface Message {
  readonly type: string;
  readonly number: number;
  readonly athletes: Readonly<Record<string, number>>;
  readonly removed?: readonly string[];
  readonly total: number;
}
const read = (bytes: Uint8Array | null) => bytes && (JSON.parse(Buffer.from(bytes).toString()) as Message);

describe('the view of a part of the map', () => {
  test('has where those are who run there, then only who came to another place, who came and who left', () => {
    const views = new AreaViews();
    views.show(boardOf({ 1: 2_500, 2: 3_903, 3: 5_000 }), race);
    const { atMs, dataMs } = boardOfTwo;
    assert.deepEqual(read(views.snapshot(PART, race)), {
      ...{ type: 'snapshot', race: 'ten', raceVersion: 1, view: PART, number: 1, atMs, dataMs, total: 2 },
      athletes: { 1: 2_500, 2: 3_905 },
    });
    assert.equal(views.delta(PART), null);
    views.show(boardOf({ 1: 2_501, 2: 4_100, 3: 5_000, 4: 2_010 }), race);
    assert.deepEqual(read(views.delta(PART)), {
      ...{ type: 'delta', view: PART, number: 2, atMs, dataMs, total: 2, athletes: { 4: 2_010 }, removed: ['2'] },
    });
    views.show(boardOf({ 1: 2_502, 2: 4_104, 3: 5_000, 4: 2_011 }), race);
    assert.equal(views.delta(PART), null, 'nobody came to another place');
  });

  test('is encoded once for all who share it, and forgotten with the last', () => {
    const views = new AreaViews();
    views.show(boardOf({ 1: 2_500 }), race);
    assert.equal(views.snapshot(PART, race), views.snapshot(PART, race));
    views.show(boardOf({ 1: 2_600 }), race);
    assert.equal(views.delta(PART), views.delta(PART));
    views.forget(PART);
    assert.equal(views.delta(PART), null);
    assert.equal(read(views.snapshot(PART, race))!.number, 1);
  });

  test('of a crowd has two hundred, spread over all of it, and the same from board to board', () => {
    const views = new AreaViews();
    const crowd = (ahead: number) =>
      boardOf(Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`${i}`, 2 * i + ahead])));
    views.show(crowd(0), race);
    const first = read(views.snapshot(ALL, race))!;
    const places = Object.values(first.athletes);
    assert.deepEqual([places.length, first.total], [200, 5_000]);
    for (let km = 0; km < 10; km++) {
      const here = places.filter((metres) => metres >= km * 1_000 && metres < km * 1_000 + 1_000).length;
      assert.ok(here >= 5 && here <= 45, `${here} on kilometre ${km}`);
    }
    views.show(crowd(1_000 / 3), race);
    const { athletes, removed } = read(views.delta(ALL))!;
    const stayed = Object.keys(first.athletes).filter((bib) => bib in athletes).length;
    assert.ok(stayed >= 200 * 0.9 && removed!.length <= 20, `${stayed} of 200 stayed`);
  });

  test('knows laps, and whoever is beyond the ends of an open course', () => {
    const twoLaps = { ...straightCourse(10), isClosed: true, laps: 2 };
    const round = { ...race, course: twoLaps };
    const views = new AreaViews();
    views.show(boardOf({ 1: 2_500, 2: 22_500, 3: 12_500 }), round);
    // Out for ten kilometres and straight back: a lap is twenty.
    assert.deepEqual(read(views.snapshot(PART, round))!.athletes, { 1: 2_500, 2: 22_500 });
    const open = new AreaViews();
    open.show(boardOf({ 1: -20, 2: 10_020 }), race);
    // Of an area of ten kilometres places are told to 26 m.
    assert.deepEqual(read(open.snapshot(ALL, race))!.athletes, { 1: -26, 2: 10_010 });
  });

  test('follows a course that moved, and has nobody without a course', () => {
    const views = new AreaViews();
    views.show(boardOf({ 1: 2_500 }), race);
    views.snapshot(PART, race);
    const { longitudeE7 } = race.course!;
    const course = { ...race.course!, longitudeE7: longitudeE7.map((value) => value + 179_664) };
    views.show(boardOf({ 1: 2_500 }), { ...race, version: 2, course });
    assert.deepEqual(read(views.delta(PART))!.removed, ['1']);
    views.show(boardOf({ 1: 500 }), { ...race, version: 3, course: null, checkpoints: [] });
    assert.deepEqual(read(views.snapshot(PART, { ...race, version: 3, course: null }))!.athletes, {});
  });

  test('gets coarser where more areas are looked at than are kept, so that they are shared', () => {
    const views = new AreaViews();
    views.show(boardOf({ 1: 2_500 }), race);
    const keys = new Set<string>();
    for (let i = 0; i < 2_000; i++) {
      const west = (i % 50) * 0.0017;
      const south = Math.floor(i / 50) * 0.0017;
      const key = views.keyFor({ south, west, north: south + 0.001, east: west + 0.001 });
      views.snapshot(key, race);
      keys.add(key);
    }
    assert.ok(keys.size >= 500 && keys.size <= 520, `${keys.size} areas`);
  });

  test('is by snapshot and deltas what a new snapshot says', () => {
    const places = fc.dictionary(fc.stringMatching(/^[1-9]$/), fc.double({ min: 0, max: 10_000, noNaN: true }));
    fc.assert(
      fc.property(places, fc.array(places, { maxLength: 6 }), (before, boards) => {
        const views = new AreaViews();
        views.show(boardOf(before), race);
        const { athletes, number } = read(views.snapshot(PART, race))!;
        const known = new Map(Object.entries(athletes));
        let last = number;
        for (const next of boards) {
          views.show(boardOf(next), race);
          const delta = read(views.delta(PART));
          if (delta === null) continue;
          assert.equal(delta.number, ++last);
          for (const bib of delta.removed!) known.delete(bib);
          for (const [bib, metres] of Object.entries(delta.athletes)) known.set(bib, metres);
        }
        const fresh = new AreaViews();
        fresh.show(boardOf(boards.at(-1) ?? before), race);
        assert.deepEqual(Object.fromEntries(known), read(fresh.snapshot(PART, race))!.athletes);
      }),
    );
  });
});
