import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Dimension, inOurUnit, unitsOf } from './units.ts';

const near = (dimension: Dimension, value: number, unit: string, expected: number) => {
  const ours = inOurUnit(dimension, value, unit);
  assert.ok(ours !== null && Math.abs(ours - expected) < 1e-4 * Math.max(1, expected), `${value} ${unit}: ${ours}`);
};

test('miles, pounds, joules, percent and millimoles come in our units', () => {
  near('length', 26.2188, 'mi', 42_195);
  near('length', 3, 'miles', 4_828.032);
  near('length', 100, 'yd', 91.44);
  near('length', 5, 'km', 5_000);
  near('mass', 150, 'lb', 68.0389);
  near('mass', 11, 'st', 69.8532);
  near('mass', 16, 'ounces', 0.453592);
  near('energy', 1, 'kcal', 1);
  near('energy', 1, 'Cal', 1);
  near('energy', 1_000, 'cal', 1);
  near('energy', 418.4, 'kJ', 100);
  near('energy', 4_184, 'joules', 1);
  near('share', 0.97, '%', 97);
  near('percent', 97, 'percent', 97);
  near('glucose', 5.5, 'mmol<180.15588000005408>/L', 5.5);
  near('glucose', 99.0857, 'mg/dL', 5.5);
  near('speed', 10, 'mi/hr', 4.4704);
  near('speed', 36, 'kilometers_per_hour', 10);
  near('temperature', 98.6, 'degF', 37);
  near('per_minute', 1.2, 'count/s', 72);
});

test('a unit of something else is none', () => {
  assert.equal(inOurUnit('length', 1, 'kg'), null);
  assert.equal(inOurUnit('length', 1, 'constructor'), null);
  assert.equal(inOurUnit('mass', 1, ''), null);
  assert.ok(unitsOf('temperature').includes('degF'));
});
