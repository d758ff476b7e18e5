import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { units } from '../units.ts';
import {
  distanceIn,
  distanceName,
  heightIn,
  heightText,
  lengthText,
  paceName,
  paceRangeText,
  placeText,
} from './measures.ts';

afterEach(() => {
  units.value = 'metric';
});

const all = () => [
  ...[distanceName(), distanceIn(6_300, 2), placeText(3_218.688), lengthText(6_300)],
  ...[heightIn(753), heightText(1_017), paceName(), paceRangeText(1_609.344 / 360, 0.1)],
];

test('lengths and paces of a race are in kilometres and metres, or in miles and feet', () => {
  assert.deepEqual(all(), [
    ...['km', '6.30', 'km 3.2', '6.3 km', 753, '1,017 m', 'min/km'],
    'Pace along the course, from 3:44 to – a kilometre.',
  ]);
  units.value = 'imperial';
  assert.deepEqual(all(), [
    ...['miles', '3.91', 'mile 2.0', '3.9 mi', 2_470, '3,337 ft', 'min/mile'],
    'Pace along the course, from 6:00 to – a mile.',
  ]);
});
