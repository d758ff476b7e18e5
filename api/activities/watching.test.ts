import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { createMemoryBusHub } from '../../runtime/memory-bus.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import { shardOf } from '../../schemas/identity.ts';
import { encodeLive } from '../../schemas/live-activity.ts';
import { createNames } from '../../schemas/names.ts';
import { storedActivity } from './activity.arbitrary.ts';
import { createLiveSource } from './live-source.ts';
import { createWatching } from './watching.ts';

const EVERY_MS = 200;
const names = createNames();

function record(revision: number, given: Partial<ActivityRecord> = {}): ActivityRecord {
  const { versions, ...rest } = storedActivity({ startMs: 1_000, status: 'live', revision, ...given });
  return rest;
}

function setUp() {
  const clock = createManualClock();
  const hub = createMemoryBusHub(clock);
  const bus = hub.open();
  const live = createLiveSource({ bus, names, shards: 1, timeoutMs: 1_000 });
  const failures: unknown[] = [];
  const watching = createWatching({ live, clock, everyMs: EVERY_MS, onFailed: (error) => failures.push(error) });
  let asked = 0;
  /** Whoever holds the shard. */
  function hold(answer: () => { activity: ActivityRecord | null; epoch: number } | null) {
    const end = hub.open();
    end.subscribe(names.liveActivities(shardOf('ann', 1)), (message) => {
      asked++;
      const said = answer();
      if (said !== null) message.respond(encodeLive({ ...said, versions: { gps: 1 } }));
    });
    return end;
  }
  function watcher() {
    const told: { type: string; epoch?: number; activity?: ActivityRecord | null }[] = [];
    return { told, tell: (message: Uint8Array) => void told.push(JSON.parse(Buffer.from(message).toString())) };
  }
  return { clock, watching, hold, watcher, failures, asked: () => asked };
}

test('however many watch an athlete, the holder is asked at one pace, and each is told of each change', async () => {
  const { clock, watching, hold, watcher, asked } = setUp();
  let current = record(2);
  hold(() => ({ activity: current, epoch: 4 }));
  const [first, second] = [watcher(), watcher()];
  watching.watch('ann', first);
  await clock.advance(0);
  watching.watch('ann', second);
  await clock.advance(5 * EVERY_MS - 1);
  assert.equal(asked(), 5);
  const before = { type: 'activity', activity: JSON.parse(JSON.stringify(current)), epoch: 4, versions: { gps: 1 } };
  assert.deepEqual([first.told, second.told], [[before], [before]]);
  current = record(4, { endMs: 700_000 });
  await clock.advance(EVERY_MS);
  const after = { ...before, activity: JSON.parse(JSON.stringify(current)) };
  assert.deepEqual(
    [first.told, second.told],
    [
      [before, after],
      [before, after],
    ],
  );
});

test('a greater revision alone is no news: the shard went on with others', async () => {
  const { clock, watching, hold, watcher } = setUp();
  let revision = 2;
  hold(() => ({ activity: record(revision++), epoch: 1 }));
  const one = watcher();
  watching.watch('ann', one);
  await clock.advance(10 * EVERY_MS);
  assert.equal(one.told.length, 1);
});

test('nobody is asked about an athlete whom nobody watches any more', async () => {
  const { clock, watching, hold, watcher, asked } = setUp();
  hold(() => ({ activity: null, epoch: 1 }));
  const stops = [watching.watch('ann', watcher()), watching.watch('ann', watcher())];
  await clock.advance(0);
  stops[0]();
  await clock.advance(EVERY_MS);
  assert.deepEqual([asked(), watching.watchedAthletes()], [2, 1]);
  stops[1]();
  await clock.advance(10 * EVERY_MS);
  assert.deepEqual([asked(), watching.watchedAthletes(), clock.pendingTimers()], [2, 0, 0]);
});

test('watchers are told once that the holder is away, and again what goes on when there is a new one', async () => {
  const { clock, watching, hold, watcher } = setUp();
  const old = hold(() => ({ activity: record(2), epoch: 1 }));
  const one = watcher();
  watching.watch('ann', one);
  await clock.advance(0);
  old.disconnect();
  await clock.advance(5 * EVERY_MS);
  hold(() => ({ activity: record(2), epoch: 2 }));
  await clock.advance(2 * EVERY_MS);
  assert.deepEqual(
    one.told.map(({ type, epoch }) => [type, epoch]),
    [
      ['activity', 1],
      ['away', undefined],
      ['activity', 2],
    ],
  );
});

test('what a process of a lower epoch says is dropped', async () => {
  const { clock, watching, hold, watcher } = setUp();
  let said = { activity: record(8), epoch: 7 };
  hold(() => said);
  const one = watcher();
  watching.watch('ann', one);
  await clock.advance(0);
  said = { activity: record(4, { endMs: 2_000 }), epoch: 6 };
  await clock.advance(3 * EVERY_MS);
  assert.deepEqual(
    one.told.map(({ epoch }) => epoch),
    [7],
  );
});

test('a holder that takes the question and never answers is asked again after a while, not piled upon', async () => {
  const { clock, watching, hold, watcher, asked } = setUp();
  hold(() => null);
  const one = watcher();
  watching.watch('ann', one);
  await clock.advance(2_500);
  assert.deepEqual([asked(), one.told], [3, [{ type: 'away' }]]);
});
