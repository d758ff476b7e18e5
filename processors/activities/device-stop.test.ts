import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_SETTINGS } from '../../schemas/athlete-settings.ts';
import { EVENTS_SOURCE } from '../../schemas/channels.ts';
import { type EventType, eventCode, sportCode } from '../../schemas/events.ts';
import { createNames } from '../../schemas/names.ts';
import { logMessage } from '../batches-for-tests.ts';
import { createReadBatch } from '../read-batch.ts';
import { DEFAULT_ACTIVITY_OPTIONS } from './options.ts';
import { ShardActivities } from './shard-activities.ts';

const START_MS = 1_800_000_000_000;
const settings = { of: () => NO_SETTINGS, revisionOf: () => 0 };
const read = createReadBatch(createNames());

/** Ann's devices, whose messages come at the time that is in them. */
function createShard(kept: ReadonlyMap<string, Uint8Array> = new Map(), from = 0) {
  const state = new ShardActivities(DEFAULT_ACTIVITY_OPTIONS, settings, kept);
  let seq = from;
  function come(device: string, source: string, second: number, columns: Record<string, number[]>) {
    const timesMs = [START_MS + second * 1_000];
    const frame = { device, boot: '80000000000000ff', seq: second + 1, source, timesMs, columns };
    const message = logMessage({ frames: [frame], batch: ++seq, athlete: 'ann' }, seq);
    const found = read(message);
    assert.ok(found.type === 'batch' && found.batch !== null);
    state.passTo(timesMs[0], seq);
    state.fold(found.batch, seq);
  }
  return {
    state,
    seq: () => seq,
    run(device: string, fromS: number, untilS: number) {
      for (let second = fromS; second < untilS; second++) come(device, 'gps', second, { speed: [3_000] });
    },
    say(device: string, event: EventType, second: number) {
      const columns: Record<string, number[]> = { event: [eventCode(event)] };
      if (event === 'start') columns.sport = [sportCode('run')];
      come(device, EVENTS_SOURCE, second, columns);
    },
    tick(second: number) {
      state.passTo(START_MS + second * 1_000, ++seq);
    },
    ended: () => state.unwritten.map(({ status, endMs, devices }) => [status, (endMs - START_MS) / 1_000, devices]),
  };
}

test('an activity that a device started shows once its first second is final, whatever events come', () => {
  const { state, run, say } = createShard();
  say('watch', 'start', 0);
  run('watch', 0, 3);
  assert.equal(state.live('ann'), null);
  run('watch', 3, 4);
  const { sport, metrics } = state.live('ann')!;
  assert.deepEqual([sport, metrics?.elapsed_s.value], ['run', 3]);
});

test('a stop that every source has reached ends the activity at once', () => {
  const { state, run, say, ended } = createShard();
  say('watch', 'start', 0);
  run('watch', 0, 100);
  assert.deepEqual([state.takeHasEnded(), ended()], [false, []]);
  say('watch', 'stop', 100);
  assert.deepEqual(ended(), [['finished', 101, ['watch']]]);
  assert.deepEqual([state.takeHasEnded(), state.takeHasEnded(), state.live('ann')], [true, false, null]);
});

test('a stop that a source has not reached ends the activity when nothing more comes, and tells who watches', () => {
  const { state, run, say, tick, ended, seq } = createShard();
  say('watch', 'start', 0);
  run('watch', 0, 95);
  say('watch', 'stop', 100);
  tick(101);
  assert.deepEqual([ended(), state.changedSeq('ann')], [[], seq() - 1]);
  tick(102);
  assert.deepEqual(ended(), [['finished', 101, ['watch']]]);
  assert.deepEqual([state.changedSeq('ann'), state.live('ann')], [seq(), null]);
});

test('a process that takes over while the last samples are waited for ends the activity too', () => {
  const first = createShard();
  first.say('watch', 'start', 0);
  first.run('watch', 0, 95);
  first.say('watch', 'stop', 100);
  const parts = [...first.state.takeDirty()].filter((part): part is [string, Uint8Array] => part[1] !== null);
  const heir = createShard(new Map(parts), first.seq());
  for (const one of [first, heir]) one.tick(102);
  assert.deepEqual(heir.state.unwritten, first.state.unwritten);
  assert.deepEqual(heir.ended(), [['finished', 101, ['watch']]]);
});

test('a stop of one device ends nothing while another goes on', () => {
  const { run, say, tick, ended } = createShard();
  say('watch', 'start', 0);
  say('bike', 'start', 1);
  run('watch', 1, 100);
  run('bike', 90, 100);
  say('watch', 'stop', 100);
  for (let second = 101; second < 130; second++) tick(second);
  assert.deepEqual(ended(), []);
  run('bike', 130, 140);
  say('bike', 'stop', 140);
  tick(142);
  assert.deepEqual(ended(), [['finished', 141, ['bike', 'watch']]]);
});

test('what comes after the end all the same is looked for in the stored samples', () => {
  const { state, run, say, ended } = createShard();
  say('watch', 'start', 0);
  run('watch', 0, 100);
  say('watch', 'stop', 100);
  run('strap', 98, 99);
  assert.equal(ended().length, 1);
  assert.deepEqual(
    state.marks.all.map(({ athlete, fromMs, devices }) => [athlete, (fromMs - START_MS) / 1_000, [...devices].sort()]),
    [['ann', 98, ['strap', 'watch']]],
  );
});
