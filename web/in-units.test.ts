import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { distanceText, distanceUnit, heightText, heightUnit, paceText, speedText, speedUnit } from './in-units.ts';
import { units } from './units.ts';

afterEach(() => {
  units.value = 'metric';
});

const all = () => [
  ...[distanceText(12_345), distanceUnit(), [4, 1_000 / 299.7, 0.1].map(paceText)],
  ...[speedText(10), speedUnit(), heightText(1_017), heightUnit()],
];

test('an activity is read in kilometres and metres, or in miles and feet; a pace is a dash while standing', () => {
  assert.deepEqual(all(), ['12.35', 'km', ['4:10', '5:00', '–'], '36.0', 'km/h', '1017', 'm']);
  units.value = 'imperial';
  assert.deepEqual(all(), ['7.67', 'mi', ['6:42', '8:02', '–'], '22.4', 'mph', '3337', 'ft']);
});
