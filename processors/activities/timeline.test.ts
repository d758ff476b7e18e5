import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_SETTINGS } from '../../schemas/athlete-settings.ts';
import { type EventType, eventCode, sportCode } from '../../schemas/events.ts';
import { settingsAt } from '../../schemas/settings-at.ts';
import { DISTANCE, DISTANCE_ORIGIN, SPEED } from './metrics/grid.ts';
import { DEFAULT_ACTIVITY_OPTIONS } from './options.ts';
import { Timeline } from './timeline.ts';

const START_MS = 1_700_000_000_000;
const WATCH = { device: 'watch', source: 'gps', rank: 1 };

function runFor(seconds: number, isStarted: boolean): Timeline {
  const timeline = new Timeline({
    athlete: 'ada',
    options: DEFAULT_ACTIVITY_OPTIONS,
    settingsAt: (startMs, sport) => settingsAt(NO_SETTINGS, startMs, sport),
    onEnded: () => assert.fail('it goes on'),
    onIncomplete: () => assert.fail('nothing is late'),
  });
  if (isStarted) {
    timeline.reach(START_MS, 1);
    timeline.note('events', START_MS, WATCH, [eventCode('start'), sportCode('run')]);
  }
  for (let s = 0; s < seconds; s++) {
    const atMs = START_MS + s * 1000;
    assert.ok(timeline.reach(atMs, s));
    for (const [channel, value] of [
      [SPEED, 3_000],
      [DISTANCE, 300 * s],
      [DISTANCE_ORIGIN, 0],
    ]) {
      timeline.put(atMs, WATCH, channel, value);
    }
  }
  return timeline;
}

test('a live activity lasts until the newest second that its metrics count, final or not', () => {
  for (const isStarted of [true, false]) {
    const timeline = runFor(60, isStarted);
    // The first seconds are final, so that there is an activity; the others are not.
    timeline.advance(START_MS / 1000 + 20, 1);
    const live = timeline.live(1);
    const { startMs, endMs, metrics } = live ?? assert.fail('nothing goes on');
    assert.deepEqual([startMs, endMs, metrics?.elapsed_s.value], [START_MS, START_MS + 60_000, 59]);
  }
});

/** Start, end, what it follows and the distance of all that finishes, in s and m, when that is said to a 30 s run. */
function finishedAfter(said: readonly (readonly [atMs: number, device: string, event: EventType])[]) {
  const starts = new Map<string, number>();
  const finished: (readonly [startS: number, endS: number, follows: number | undefined, distanceM: number | null])[] =
    [];
  const timeline = new Timeline({
    athlete: 'ada',
    options: { ...DEFAULT_ACTIVITY_OPTIONS, minActivityS: 10 },
    settingsAt: (startMs, sport) => settingsAt(NO_SETTINGS, startMs, sport),
    onEnded({ id, startMs, endMs, follows, metrics }) {
      const [startS, endS] = [(startMs - START_MS) / 1_000, (endMs - START_MS) / 1_000];
      starts.set(id, startS);
      finished.push([startS, endS, starts.get(follows), metrics?.distance_m.value ?? null]);
    },
    onIncomplete: () => assert.fail('nothing is late'),
  });
  for (let s = 0; s < 30; s++) {
    timeline.reach(START_MS + s * 1_000, 1);
    for (const [channel, value] of [
      [SPEED, 3_000],
      [DISTANCE, 300 * s],
      [DISTANCE_ORIGIN, 0],
    ]) {
      timeline.put(START_MS + s * 1_000, WATCH, channel, value);
    }
  }
  for (const [atMs, device, event] of said) {
    timeline.note('events', START_MS + atMs, { ...WATCH, device }, [eventCode(event), sportCode('run')]);
  }
  timeline.advance(START_MS / 1_000 + 30, 1);
  timeline.end(1);
  return finished;
}

test('what begins and ends in one second is none, and what begins next in that second is one', () => {
  const twice = [
    [0, 'watch', 'start'],
    [300, 'watch', 'stop'],
    [600, 'watch', 'start'],
  ] as const;
  assert.deepEqual(finishedAfter(twice), [[0, 30, undefined, 87]]);
  assert.deepEqual(finishedAfter(twice.slice(0, 2)), []);
});

test('a second belongs to what begins in it, whatever another device said before in that second', () => {
  for (const event of ['pause', 'stop', 'lap'] as const) {
    const finished = finishedAfter([
      [20_000, 'bike', event],
      [20_500, 'watch', 'start'],
    ]);
    assert.deepEqual(finished.at(-1), [20, 30, undefined, 27], event);
  }
});

test('a leg follows what was before it, but not what was too short to be an activity', () => {
  assert.deepEqual(finishedAfter([[5_000, 'watch', 'sport']]), [[5, 30, undefined, 72]]);
  const [, leg] = finishedAfter([[15_000, 'watch', 'sport']]);
  assert.deepEqual(leg, [15, 30, 0, 42]);
});
