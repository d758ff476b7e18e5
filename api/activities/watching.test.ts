import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { createMemoryBusHub } from '../../runtime/memory-bus.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import { shardOf } from '../../schemas/identity.ts';
import {
  encodeLive,
  encodeLiveChange,
  LIVE_WATCH_MS,
  type LivePlace,
  type LiveWatch,
  readLiveQuestion,
} from '../../schemas/live-activity.ts';
import { createNames } from '../../schemas/names.ts';
import { storedActivity } from './activity.arbitrary.ts';
import { createLiveSource } from './live-source.ts';
import { createWatching } from './watching.ts';

const EVERY_MS = 100;
const RETRY_MS = 200;
const RENEW_MS = LIVE_WATCH_MS / 3;
const VERSIONS = { gps: 1 };
const names = createNames();

function record(endMs: number): ActivityRecord {
  const { versions: _, ...rest } = storedActivity({ startMs: 1_000, endMs, status: 'live' });
  return JSON.parse(JSON.stringify(rest));
}

const told = (activity: ActivityRecord | null, place: LivePlace) => ({
  type: 'activity',
  activity,
  ...place,
  versions: VERSIONS,
});

function setUp() {
  const clock = createManualClock();
  const hub = createMemoryBusHub(clock);
  const live = createLiveSource({
    ...{ bus: hub.open(), names, shards: 1, timeoutMs: 1_000 },
    ...{ watcher: 'api-1', everyMs: EVERY_MS },
  });
  const failures: unknown[] = [];
  const watching = createWatching({ live, clock, retryMs: RETRY_MS, onFailed: (error) => failures.push(error) });
  const asked: (LiveWatch | undefined)[] = [];
  /** Whoever holds the shard; `answer` null is no answer, 'known' says that there is nothing new. */
  function hold(answer: () => ({ activity: ActivityRecord | null } & LivePlace) | 'known' | null) {
    const end = hub.open();
    end.subscribe(names.liveActivities(shardOf('ann', 1)), ({ data, respond }) => {
      const watch = readLiveQuestion(data)?.watch;
      asked.push(watch);
      const said = answer();
      if (said === 'known') respond(encodeLive({ ...watch!.known!, isKnown: true }));
      else if (said !== null) respond(encodeLive({ ...said, versions: VERSIONS }));
    });
    return {
      tell(activity: ActivityRecord | null, place: LivePlace) {
        const answer = encodeLive({ activity, ...place, versions: VERSIONS });
        end.publish(names.liveChanges('api-1'), encodeLiveChange({ athlete: 'ann', ...place, answer }));
        return clock.advance(0);
      },
      stop: () => end.disconnect(),
    };
  }
  function watcher() {
    const heard: unknown[] = [];
    return { heard, tell: (message: Uint8Array) => void heard.push(JSON.parse(Buffer.from(message).toString())) };
  }
  return { clock, watching, hold, watcher, failures, asked };
}

test('however many watch an athlete, the holder is asked once, and each is told of each change', async () => {
  const { clock, watching, hold, watcher, asked } = setUp();
  const [before, after] = [record(60_000), record(61_000)];
  const holder = hold(() => ({ activity: before, epoch: 4, number: 1 }));
  const [first, second] = [watcher(), watcher()];
  watching.watch('ann', first);
  await clock.advance(0);
  watching.watch('ann', second);
  await holder.tell(after, { epoch: 4, number: 2 });
  const expected = [told(before, { epoch: 4, number: 1 }), told(after, { epoch: 4, number: 2 })];
  assert.deepEqual([first.heard, second.heard], [expected, expected]);
  assert.deepEqual(asked, [{ watcher: 'api-1', everyMs: EVERY_MS, known: null }]);
});

test('who watches asks again before the holder forgets, says what is known, and is told nothing twice', async () => {
  const { clock, watching, hold, watcher, asked } = setUp();
  let isFirst = true;
  hold(() => {
    if (!isFirst) return 'known';
    isFirst = false;
    return { activity: null, epoch: 1, number: 9 };
  });
  const one = watcher();
  watching.watch('ann', one);
  await clock.advance(3 * RENEW_MS);
  const known = { epoch: 1, number: 9 };
  assert.deepEqual(
    asked.map((watch) => watch?.known),
    [null, known, known, known],
  );
  assert.deepEqual(one.heard, [told(null, known)]);
});

test('a change that was lost on its way is made up for by the next question', async () => {
  const { clock, watching, hold, watcher } = setUp();
  let now = { activity: record(60_000), epoch: 1, number: 1 };
  hold(() => now);
  const one = watcher();
  watching.watch('ann', one);
  await clock.advance(0);
  now = { activity: record(65_000), epoch: 1, number: 2 };
  await clock.advance(RENEW_MS);
  assert.deepEqual(one.heard[1], told(record(65_000), { epoch: 1, number: 2 }));
});

test('what was overtaken on its way is dropped', async () => {
  const { clock, watching, hold, watcher } = setUp();
  const holder = hold(() => ({ activity: record(60_000), epoch: 2, number: 5 }));
  const one = watcher();
  watching.watch('ann', one);
  await clock.advance(0);
  await holder.tell(record(59_000), { epoch: 2, number: 4 });
  await holder.tell(record(59_000), { epoch: 1, number: 400 });
  assert.deepEqual(one.heard, [told(record(60_000), { epoch: 2, number: 5 })]);
});

test('nobody is asked about an athlete whom nobody watches any more, and changes of it go nowhere', async () => {
  const { clock, watching, hold, watcher, asked } = setUp();
  const holder = hold(() => ({ activity: null, epoch: 1, number: 1 }));
  const [one, other] = [watcher(), watcher()];
  const stops = [watching.watch('ann', one), watching.watch('ann', other)];
  await clock.advance(0);
  stops[0]();
  await clock.advance(RENEW_MS);
  assert.deepEqual([asked.length, watching.watchedAthletes()], [2, 1]);
  stops[1]();
  await clock.advance(10 * RENEW_MS);
  await holder.tell(record(60_000), { epoch: 1, number: 2 });
  assert.deepEqual([asked.length, watching.watchedAthletes(), clock.pendingTimers()], [2, 0, 0]);
  assert.equal(other.heard.length, 1);
});

test('watchers are told once that the holder is away, and what goes on as soon as a new one tells', async () => {
  const { clock, watching, hold, watcher } = setUp();
  const old = hold(() => ({ activity: record(60_000), epoch: 1, number: 70 }));
  const one = watcher();
  watching.watch('ann', one);
  await clock.advance(0);
  old.stop();
  await clock.advance(RENEW_MS + 5 * RETRY_MS);
  const heir = hold(() => null);
  await heir.tell(record(60_000), { epoch: 2, number: 1 });
  await old.tell(record(60_000), { epoch: 1, number: 71 });
  assert.deepEqual(one.heard, [
    told(record(60_000), { epoch: 1, number: 70 }),
    { type: 'away' },
    told(record(60_000), { epoch: 2, number: 1 }),
  ]);
});

test('what a process of a lower epoch says is dropped, also after a question that nobody answered', async () => {
  const { clock, watching, hold, watcher } = setUp();
  let now: ({ activity: ActivityRecord } & LivePlace) | null = { activity: record(60_000), epoch: 7, number: 1 };
  const holder = hold(() => now);
  const one = watcher();
  watching.watch('ann', one);
  await clock.advance(0);
  now = null;
  await clock.advance(RENEW_MS + 1_000);
  now = { activity: record(2_000), epoch: 6, number: 800 };
  await clock.advance(3 * RENEW_MS);
  await holder.tell(record(3_000), { epoch: 6, number: 801 });
  assert.deepEqual(one.heard, [told(record(60_000), { epoch: 7, number: 1 }), { type: 'away' }]);
});

test('a holder that tells and whose answer was lost is not away', async () => {
  const { clock, watching, hold, watcher } = setUp();
  const holder = hold(() => null);
  const one = watcher();
  watching.watch('ann', one);
  await clock.advance(500);
  await holder.tell(record(60_000), { epoch: 1, number: 1 });
  await clock.advance(500);
  assert.deepEqual(one.heard, [told(record(60_000), { epoch: 1, number: 1 })]);
});

test('a holder that takes the question and never answers is asked again after a while, not piled upon', async () => {
  const { clock, watching, hold, watcher, asked } = setUp();
  hold(() => null);
  const one = watcher();
  watching.watch('ann', one);
  await clock.advance(2_500);
  assert.deepEqual([asked.length, one.heard], [3, [{ type: 'away' }]]);
});
