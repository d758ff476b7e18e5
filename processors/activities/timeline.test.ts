import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_SETTINGS } from '../../schemas/athlete-settings.ts';
import { eventCode, sportCode } from '../../schemas/events.ts';
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
