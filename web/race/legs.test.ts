import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { WayCrossing } from '../../schemas/board.ts';
import { paceOf, splitsOf } from './legs.ts';

test('the pace holds along each leg, and legs that are too short are joined', () => {
  const passed = [
    { positionM: 0, timeMs: 0 },
    { positionM: 60, timeMs: 15_000 },
    { positionM: 120, timeMs: 30_000 },
    { positionM: 320, timeMs: 130_000 },
    { positionM: 330, timeMs: 131_000 },
  ];
  assert.deepEqual(paceOf(passed), [
    { fromM: 0, speedMps: 4 },
    { fromM: 120, speedMps: 2 },
    { fromM: 320, speedMps: 2 },
  ]);
});

test('who was seen at one place, or nowhere, has no pace', () => {
  assert.deepEqual([paceOf([]), paceOf([{ positionM: 5, timeMs: 5 }])], [[], []]);
});

test('times of legs add up to the time of all of them', () => {
  const step = fc.record({ metres: fc.integer({ min: 1, max: 900 }), ms: fc.integer({ min: 1, max: 900_000 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let at = { positionM: 0, timeMs: 0 };
      const passed = [
        at,
        ...steps.map(({ metres, ms }) => (at = { positionM: at.positionM + metres, timeMs: at.timeMs + ms })),
      ];
      const legs = paceOf(passed);
      const sumMs = legs
        .slice(1)
        .reduce((sum, { fromM }, i) => sum + (1_000 * (fromM - legs[i].fromM)) / legs[i].speedMps, 0);
      const end = passed.find(({ positionM }) => positionM === (legs.at(-1)?.fromM ?? 0));
      assert.ok(Math.abs(sumMs - (end?.timeMs ?? 0)) < 1, `${sumMs}`);
    }),
  );
});

test('a split says how long the way from the one before took', () => {
  const crossing = (checkpoint: string, positionM: number, timeMs: number): WayCrossing => ({
    ...{ checkpoint, pass: 1, positionM, timeMs, sigmaMs: 100, source: 'mat', status: 'provisional', revision: 1 },
  });
  const [start, half] = [crossing('start', 0, 1_000), crossing('half', 5_000, 1_251_000)];
  assert.deepEqual(splitsOf([start, half]), [
    { ...start, legMs: null, legMps: null },
    { ...half, legMs: 1_250_000, legMps: 4 },
  ]);
});
