import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CHANNELS } from '../../../schemas/channels.ts';
import { DISTANCE, DISTANCE_ORIGIN, HEART_RATE, MISSING, POWER, ROW } from './grid.ts';
import { SecondsWindow } from './seconds-window.ts';

const START_S = 1_748_772_000;
const CAPACITY_S = 15;

type Rows = Record<number, Record<string, number>>;

/** The rows as names and values, without the missing ones. */
function rowsOf(walk: (each: (atS: number, rows: Int32Array, from: number) => void) => void): Rows {
  const seen: Rows = {};
  walk((atS, rows, from) => {
    const row = Array.from(rows.subarray(from, from + ROW));
    const named = row.flatMap((value, i) => (value === MISSING ? [] : [[CHANNELS[i]?.name ?? 'origin', value]]));
    seen[atS - START_S] = Object.fromEntries(named);
  });
  return seen;
}

test('the best-ranked source that has a value wins the second, whoever came first', () => {
  const window = new SecondsWindow(START_S, CAPACITY_S);
  const at = (ms: number) => START_S * 1000 + ms;
  assert.equal(window.put(at(100), 1, HEART_RATE, 140), 'taken');
  window.put(at(50), 0, HEART_RATE, 141);
  window.put(at(900), 2, HEART_RATE, 150);
  window.put(at(900), 2, POWER, 250);
  window.put(at(1_200), 1, DISTANCE, 500);
  window.put(at(1_100), 3, DISTANCE, 700);
  assert.deepEqual(
    rowsOf((each) => window.forEach(each)),
    { 0: { heart_rate: 141, power: 250 }, 1: { distance: 500, origin: 1 } },
  );
});

test("of a source's values in one second the last counts, and of two at once the greater", () => {
  const window = new SecondsWindow(START_S, CAPACITY_S);
  for (const [ms, bpm] of [
    [300, 120],
    [800, 123],
    [800, 122],
    [400, 130],
  ]) {
    window.put(START_S * 1000 + ms, 0, HEART_RATE, bpm);
  }
  assert.deepEqual(
    rowsOf((each) => window.forEach(each)),
    { 0: { heart_rate: 123 } },
  );
});

test('a second that was handed out is closed, and one beyond the window has to wait', () => {
  const window = new SecondsWindow(START_S, CAPACITY_S);
  const put = (second: number) => window.put((START_S + second) * 1000, 0, HEART_RATE, 100 + second);
  assert.deepEqual([put(0), put(3), put(14), put(15)], ['taken', 'taken', 'taken', 'ahead']);
  assert.deepEqual(
    rowsOf((each) => window.takeUntil(START_S + 4, each)),
    { 0: { heart_rate: 100 }, 3: { heart_rate: 103 } },
  );
  assert.deepEqual([put(3), put(4), put(15)], ['late', 'taken', 'taken']);
  assert.deepEqual(
    rowsOf((each) => window.takeUntil(START_S + 1_000, each)),
    { 4: { heart_rate: 104 }, 14: { heart_rate: 114 }, 15: { heart_rate: 115 } },
  );
  assert.equal(put(999), 'late');
});

/** More than the room that a window has at first. */
const WIDE_S = 90;

const anyPut = fc.record({
  ms: fc.oneof(fc.nat(8_000), fc.nat(WIDE_S * 1000 - 1)),
  rank: fc.nat(3),
  channel: fc.constantFrom(HEART_RATE, POWER, DISTANCE),
  value: fc.nat(300),
});

test('the rows are those that looking through all samples gives, in any order, repeated, and restored half-way', () => {
  fc.assert(
    fc.property(fc.array(anyPut, { maxLength: 60 }), fc.nat(), fc.nat(60), (puts, seed, half) => {
      const shuffled = [...puts, ...puts.slice(0, 10)].sort(
        (a, b) => ((a.ms * 7 + seed) % 97) - ((b.ms * 7 + seed) % 97),
      );
      let window = new SecondsWindow(START_S, WIDE_S);
      shuffled.forEach(({ ms, rank, channel, value }, i) => {
        if (i === half) window = SecondsWindow.restore(window.encode(), WIDE_S);
        window.put(START_S * 1000 + ms, rank, channel, value);
      });
      const expected: Rows = {};
      for (const channel of [HEART_RATE, POWER, DISTANCE]) {
        for (let second = 0; second < WIDE_S; second++) {
          const [best] = puts
            .filter((put) => put.channel === channel && Math.floor(put.ms / 1000) === second)
            .sort((a, b) => a.rank - b.rank || b.ms - a.ms || b.value - a.value);
          if (best === undefined) continue;
          expected[second] ??= {};
          expected[second][CHANNELS[channel].name] = best.value;
          if (channel === DISTANCE) expected[second].origin = best.rank;
        }
      }
      assert.deepEqual(
        rowsOf((each) => window.takeUntil(START_S + WIDE_S, each)),
        expected,
      );
      assert.deepEqual(
        rowsOf((each) => window.forEach(each)),
        {},
      );
    }),
  );
});

test('a window takes the room of the seconds that are open, not of all that may be', () => {
  const window = new SecondsWindow(START_S, WIDE_S);
  const put = (second: number) => window.put((START_S + second) * 1000, 0, HEART_RATE, 100);
  put(0);
  const small = window.bytes();
  for (let second = 0; second < 1_000; second++) {
    window.takeUntil(START_S + second - 5, () => undefined);
    put(second);
  }
  assert.equal(window.bytes(), small);
  put(1_000 + WIDE_S - 10);
  assert.ok(window.bytes() <= 3 * small);
});

test('bytes that end early are refused', () => {
  const window = new SecondsWindow(START_S, CAPACITY_S);
  window.put(START_S * 1000, 0, HEART_RATE, 100);
  const bytes = window.encode();
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => SecondsWindow.restore(bytes.subarray(0, length), CAPACITY_S), RangeError);
  }
});

test('a row has room for every channel and the origin of the distance', () => {
  assert.deepEqual({ origin: DISTANCE_ORIGIN, row: ROW }, { origin: CHANNELS.length, row: CHANNELS.length + 1 });
});
