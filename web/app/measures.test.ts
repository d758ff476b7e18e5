import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { written } from '../progress/say.ts';
import { language } from '../race/language.ts';
import { UNIT_SYSTEMS, type Units, units } from '../units.ts';
import { labelIn, speedText } from './measures.ts';

afterEach(() => {
  language.value = 'en';
  units.value = 'metric';
});

/** Blanks that do not break are blanks. */
const plainly = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');
function saidIn(system: Units): string[] {
  units.value = system;
  const { long, heavy } = UNIT_SYSTEMS[system];
  return [
    speedText('run', 1_000 / 300),
    speedText('pool_swim', 1),
    speedText('ride', 10),
    written('distanceM', 42_195, 1),
    written('elevationGainM', 1_000),
    labelIn('distanceIn', long),
    labelIn('weightIn', heavy),
  ].map(plainly);
}

test('numbers are in the units that somebody chose, with speeds as their sport reads them', () => {
  assert.deepEqual(saidIn('metric'), [
    ...['5:00 /km', '1:40 /100 m', '36 km/h', '42.2 km', '1,000 m', 'Distance, km', 'Weight, kg'],
  ]);
  assert.deepEqual(saidIn('imperial'), [
    ...['8:03 /mi', '1:31 /100 yd', '22.4 mph', '26.22 mi', '3,281 ft', 'Distance, mi', 'Weight, lb'],
  ]);
});

test('they are so in Russian, too', () => {
  language.value = 'ru';
  assert.deepEqual(saidIn('imperial'), [
    ...['8:03 /ми', '1:31 /100 ярд', '22,4 ми/ч', '26,22 ми', '3 281 фт', 'Расстояние, ми', 'Вес, фнт'],
  ]);
});
