import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UNIT_SYSTEMS, writtenInUnit, writtenWith } from './units.ts';

test('a length is written in the units and the language of who reads it', () => {
  assert.deepEqual(
    [
      writtenInUnit('en', 'metric', 'long', 12_340, 2),
      writtenInUnit('en', 'imperial', 'long', 12_340, 2),
      writtenInUnit('ru', 'metric', 'high', 1_000.4, 0),
      writtenInUnit('en', 'imperial', 'high', 1_000, 0),
    ],
    ['12.34 km', '7.67 mi', '1\u00a0000 м', '3,281 ft'],
  );
});

test('whatever was written before, a number is written as its language writes it by itself', () => {
  const units = Object.values(UNIT_SYSTEMS).flatMap((system) => Object.values(system).map(({ name }) => name));
  fc.assert(
    fc.property(
      fc.constantFrom('en', 'ru'),
      fc.constantFrom(...units),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.integer({ min: 0, max: 3 }),
      (language, unit, value, maximumFractionDigits) => {
        const alone = value.toLocaleString(language, {
          ...{ style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits },
        });
        assert.equal(writtenWith(language, unit, value, maximumFractionDigits), alone);
      },
    ),
  );
});
