import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import type { ShardStatus } from '../../runtime/holder/shard.ts';
import { createMemoryBusHub } from '../../runtime/memory-bus.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import { NO_ORIGINS } from '../../schemas/activity-origins.ts';
import { shardOf } from '../../schemas/identity.ts';
import {
  encodeLive,
  LIVE_WATCH_MS,
  type LivePlace,
  readLiveAnswer,
  readLiveChange,
} from '../../schemas/live-activity.ts';
import { createNames } from '../../schemas/names.ts';
import { serveLiveActivities } from './live-activities.ts';
import { METRIC_VERSIONS } from './metrics/versions.ts';

const SHARDS = 4;
const SHARD = shardOf('ann', SHARDS);
const EVERY_MS = 100;
const names = createNames();

const activityAt = (endMs: number): ActivityRecord => ({
  ...{ id: 'a', athlete: 'ann', revision: 2, status: 'live', origin: 'device', sport: 'run', startMs: 0, endMs },
  ...{ follows: '', devices: [], origins: NO_ORIGINS, settingsVersion: 0, metrics: null },
});

function setUp() {
  const clock = createManualClock();
  const hub = createMemoryBusHub(clock);
  const api = hub.open();
  const status: ShardStatus = { shard: SHARD, epoch: 3, seq: 1, isCaughtUp: true, lagMessages: 0, trouble: '' };
  const state = { held: [status], changedSeq: 1, snapshots: 0 };
  const served = serveLiveActivities({
    ...{ bus: hub.open(), names, shards: SHARDS, clock },
    holder: { held: () => state.held },
    activities: {
      live(_shard, athlete) {
        state.snapshots++;
        return athlete === 'ann' ? activityAt(state.changedSeq) : null;
      },
      changedSeq: (_shard, athlete) => (athlete === 'ann' ? state.changedSeq : -1),
    },
  });
  /** All that a watcher is told from now on. */
  function listen(watcher: string) {
    const heard: unknown[] = [];
    api.subscribe(names.liveChanges(watcher), ({ data }) => {
      const { athlete, answer, ...place } = readLiveChange(data)!;
      const said = readLiveAnswer(answer)!;
      assert.deepEqual([said.epoch, said.number], [place.epoch, place.number]);
      heard.push([athlete, place, 'isKnown' in said ? said : said.activity?.endMs]);
    });
    return heard;
  }
  async function ask(watcher: string, known: LivePlace | null = null, athlete = 'ann') {
    const question = encodeLive({ athlete, watch: { watcher, everyMs: EVERY_MS, known } });
    const answered = api.request(names.liveActivities(shardOf(athlete, SHARDS)), question, 500);
    await clock.advance(0);
    return readLiveAnswer(await answered);
  }
  return { clock, hub, api, state, status, served, listen, ask };
}

const answered = (endMs: number, place: LivePlace) => ({
  activity: activityAt(endMs),
  ...place,
  versions: METRIC_VERSIONS,
});

test('who watches is told of each change at the pace that was asked for, the newest each time', async () => {
  const { clock, state, listen, ask } = setUp();
  const heard = listen('api-1');
  assert.deepEqual(await ask('api-1'), answered(1, { epoch: 3, number: 1 }));
  await clock.advance(EVERY_MS);
  for (state.changedSeq = 2; state.changedSeq < 12; state.changedSeq++) await clock.advance(20);
  assert.deepEqual(heard, [
    ['ann', { epoch: 3, number: 2 }, 2],
    ['ann', { epoch: 3, number: 3 }, 7],
  ]);
  await clock.advance(1_000);
  assert.deepEqual(heard.slice(2), [['ann', { epoch: 3, number: 4 }, 12]]);
});

test('nothing is computed for an athlete of whom nothing is new, nor for one whom nobody watches', async () => {
  const { clock, state, served, listen, ask } = setUp();
  const heard = listen('api-1');
  await ask('api-1');
  await clock.advance(LIVE_WATCH_MS - 1);
  assert.deepEqual([state.snapshots, served.watched(), clock.pendingTimers()], [1, 1, 1]);
  await clock.advance(20);
  state.changedSeq = 2;
  await clock.advance(1_000);
  assert.deepEqual([state.snapshots, served.watched(), clock.pendingTimers(), heard.length], [1, 0, 0, 0]);
});

test('who knows the newest is told only that, who missed it is told all', async () => {
  const { clock, state, ask } = setUp();
  await ask('api-1');
  const known = { epoch: 3, number: 1 };
  assert.deepEqual(await ask('api-1', known), { ...known, isKnown: true });
  state.changedSeq = 2;
  await clock.advance(EVERY_MS);
  assert.deepEqual(await ask('api-1', known), answered(2, { epoch: 3, number: 3 }));
});

test('two who watch are told the same once, and each of what it missed', async () => {
  const { clock, state, listen, ask } = setUp();
  const [one, other] = [listen('api-1'), listen('api-2')];
  await ask('api-1');
  await ask('api-2');
  state.changedSeq = 5;
  await clock.advance(EVERY_MS);
  assert.deepEqual(one, [['ann', { epoch: 3, number: 3 }, 5]]);
  assert.deepEqual([one, state.snapshots], [other, 3]);
});

test('a process without the shard keeps in mind who watches, and tells as soon as it holds it', async () => {
  const { clock, state, status, listen, ask } = setUp();
  const heard = listen('api-1');
  state.held = [];
  const refused = assert.rejects(ask('api-1'));
  await clock.advance(600);
  await refused;
  state.held = [{ ...status, epoch: 4, isCaughtUp: false }];
  await clock.advance(100);
  assert.deepEqual(heard, []);
  state.held = [{ ...status, epoch: 4 }];
  await clock.advance(20);
  assert.deepEqual(heard, [['ann', { epoch: 4, number: 1 }, 1]]);
  state.held = [];
  state.changedSeq = 9;
  await clock.advance(1_000);
  assert.equal(heard.length, 1);
});

test('what is no question is not answered, and a watcher whose name is none only gets its answer', async () => {
  const { clock, api, served, state } = setUp();
  const subject = names.liveActivities(SHARD);
  const unanswered = assert.rejects(api.request(subject, Buffer.from('[]'), 100));
  await clock.advance(100);
  await unanswered;
  const watch = { watcher: 'a.>', everyMs: EVERY_MS, known: null };
  const answer = api.request(subject, encodeLive({ athlete: 'ann', watch }), 100);
  await clock.advance(0);
  assert.deepEqual(readLiveAnswer(await answer), answered(1, { epoch: 3, number: 1 }));
  assert.deepEqual([served.watched(), state.snapshots], [0, 1]);
});
