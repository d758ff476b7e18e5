import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readIn, textIn, UNIT_SYSTEMS, unitsFor } from './units.ts';

const units = fc.constantFrom(
  ...Object.values(UNIT_SYSTEMS).flatMap(({ long, high, tall, heavy }) => [long, high, tall, heavy]),
);
const value = fc.integer({ min: 0, max: 20_000_000 }).map((tenths) => tenths / 10);

test('a number that is shown in any unit and sent back as it was is the same number', () => {
  fc.assert(fc.property(units, value, (unit, one) => assert.equal(readIn(unit, textIn(unit, one, 0.1), 0.1), one)));
});

test('numbers in a form have as few digits as they need, and nothing is nothing', () => {
  const { metric, imperial } = UNIT_SYSTEMS;
  assert.deepEqual(
    [textIn(metric.long, 42_195, 0.1), textIn(imperial.long, 16_093.4, 0.1), textIn(imperial.high, 30.48, 0.01)],
    ['42.195', '10', '100'],
  );
  assert.deepEqual(
    [textIn(imperial.heavy, 61.5, 0.1), textIn(imperial.tall, 1.75, 0.01), textIn(metric.long, null, 1)],
    ['135.6', '69', ''],
  );
  assert.equal(readIn(imperial.long, ' ', 1), null);
});

test('miles are for whose first language with a region is spoken where they are read', () => {
  const wanted = [['en-US'], ['es', 'es-US', 'en-GB'], ['en-GB', 'en-US'], ['my-Mymr-MM'], ['en'], ['ru-RU'], []];
  const found = ['imperial', 'imperial', 'metric', 'imperial', 'metric', 'metric', 'metric'];
  assert.deepEqual(wanted.map(unitsFor), found);
});
