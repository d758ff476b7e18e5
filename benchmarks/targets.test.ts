import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figureOf } from './figure.ts';
import { gradesOf, TARGETS, verdictOf } from './targets.ts';

test('a goal is never easier than its floor', () => {
  for (const target of TARGETS) {
    const { better, goal, floor } = target;
    // Where a run has as many as are asked for, no more can be served: goal and floor are one.
    assert.ok(better === 'more' ? goal >= floor : goal <= floor, target.question);
    if (goal !== floor) assert.equal(verdictOf(target, figureOf([floor])), 'floor');
    assert.equal(verdictOf(target, figureOf([goal])), 'goal');
  }
});

test('the median decides, and what was not measured is left out', () => {
  const figures = { oneRatio: figureOf([1, 2.6, 9]), other: figureOf([1]) };
  assert.deepEqual(
    gradesOf('ingest', figures).map(({ figure, verdict, measured }) => [figure, verdict, measured.value]),
    [['oneRatio', 'floor', 2.6]],
  );
  assert.deepEqual(gradesOf('devices', { ratio: figureOf([0.79]) })[0].verdict, 'neither');
});
