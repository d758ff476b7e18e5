import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { language } from '../race/language.ts';
import { compareText, thenText } from './compare-text.ts';
import { recordName, written } from './say.ts';

/** Blanks that do not break are blanks. */
const plainly = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');
const against = (now: number | null, then: number | null) => plainly(compareText(now, then, 'lastMonth'));

afterEach(() => {
  language.value = 'en';
});

test('a sum stands in words against another: by percent, by times, or as the same', () => {
  assert.deepEqual(
    [against(112, 100), against(88, 100), against(0, 100), against(100.4, 100), against(350, 100), against(299, 100)],
    [
      '12% more than at this point of last month',
      '12% less than at this point of last month',
      '100% less than at this point of last month',
      'as much as at this point of last month',
      '3.5 times as much as at this point of last month',
      '199% more than at this point of last month',
    ],
  );
});

test('nothing and not measured are told apart', () => {
  assert.deepEqual(
    [against(5, 0), against(0, 0), against(5, null), against(null, 5)],
    [
      'nothing at this point of last month',
      'as much as at this point of last month',
      'not measured at this point of last month',
      'not measured now',
    ],
  );
  assert.equal(plainly(thenText('distanceM', null, 42_195)), 'not measured then, 42.2 km in the end');
});

test('numbers and names are written as people there write them', () => {
  const all = () =>
    [
      written('distanceM', 1_234_560),
      written('movingS', 19_200),
      written('movingS', -150),
      recordName('power', '300 s'),
      recordName('distance', '400 m'),
      recordName('distance', 'half marathon'),
    ].map(plainly);
  assert.deepEqual(all(), ['1,234.6 km', '5 h 20 min', '−3 min', '5 min', '400 m', 'half marathon']);
  language.value = 'ru';
  assert.deepEqual(all(), ['1 234,6 км', '5 ч 20 мин', '−3 мин', '5 мин', '400 м', 'полумарафон']);
});
