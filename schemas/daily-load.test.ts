import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dailyForm } from './daily-load.ts';

test('form is what fitness and fatigue were the day before; both move by their share of the difference', () => {
  assert.deepEqual(dailyForm([84, 0], { fitness: 42, fatigue: 70, form: 0 }), [
    { fitness: 43, fatigue: 72, form: -28 },
    { fitness: 43 - 43 / 42, fatigue: 72 - 72 / 7, form: -29 },
  ]);
});

test('the same load every day becomes fitness and fatigue, and form goes to nothing', () => {
  const [last] = dailyForm(Array.from({ length: 1_000 }, () => 60)).slice(-1);
  assert.ok(Math.abs(last.fitness - 60) < 1e-6 && Math.abs(last.fatigue - 60) < 1e-6 && Math.abs(last.form) < 1e-6);
});

test('days in two parts are the same as in one', () => {
  const loads = [10, 0, 120, 45, 0, 0, 200];
  const first = dailyForm(loads.slice(0, 3));
  assert.deepEqual([...first, ...dailyForm(loads.slice(3), first[2])], dailyForm(loads));
});
