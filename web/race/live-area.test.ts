import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveArea, NOBODY } from './live-area.ts';

const snapshot = (view: string, number: number, athletes: Record<string, number>) =>
  ({ type: 'snapshot', view, number, athletes, total: Object.keys(athletes).length }) as const;
const delta = (view: string, number: number, athletes: Record<string, number>, removed: string[] = []) =>
  ({ type: 'delta', view, number, athletes, removed, total: 9 }) as const;

test('a part of the map is put together from a snapshot and what follows it', () => {
  const area = new LiveArea();
  assert.equal(area.shown, NOBODY);
  assert.ok(area.take(snapshot('area:1', 4, { 1: 100, 2: 200 })));
  assert.ok(area.take(delta('area:1', 5, { 2: 210, 3: 300 }, ['1'])));
  assert.deepEqual(area.shown, {
    athletes: new Map([
      ['2', 210],
      ['3', 300],
    ]),
    total: 9,
  });
});

test('what comes of a part that was left is passed over', () => {
  const area = new LiveArea();
  area.take(snapshot('area:1', 1, { 1: 100 }));
  area.take(snapshot('area:2', 7, { 2: 200 }));
  assert.ok(area.take(delta('area:1', 2, { 1: 110 })));
  assert.deepEqual(area.shown, { athletes: new Map([['2', 200]]), total: 1 });
});

test('after a gap it is asked for once, and stays as it was until it comes whole', () => {
  const area = new LiveArea();
  area.take(snapshot('area:1', 1, { 1: 100 }));
  assert.equal(area.take(delta('area:1', 3, { 1: 120 })), false);
  assert.equal(area.take(delta('area:1', 4, { 1: 130 })), true);
  assert.deepEqual(area.shown.athletes, new Map([['1', 100]]));
  area.take(snapshot('area:1', 4, { 1: 130 }));
  assert.deepEqual(area.shown.athletes, new Map([['1', 130]]));
});
