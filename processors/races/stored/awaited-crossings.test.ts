import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Race } from '../../../schemas/race.ts';
import { trueMs } from '../runs-for-tests.ts';
import { createShard, moved, RACE } from './shard-for-tests.ts';

/** The same race, if it had been so from the beginning. */
function asIfAlways(race: Race, untilS: number) {
  const shard = createShard(race);
  shard.runUntil(untilS);
  return shard.crossed();
}

function assertAlike(found: Record<string, Record<string, number>>, wanted: typeof found): void {
  const keys = (all: typeof found) => Object.entries(all).map(([bib, times]) => [bib, Object.keys(times)]);
  assert.deepEqual(keys(found), keys(wanted));
  for (const [bib, times] of Object.entries(wanted)) {
    for (const [mark, timeMs] of Object.entries(times)) {
      assert.ok(Math.abs(found[bib][mark] - timeMs) <= 100, `${bib} ${mark}: ${found[bib][mark]}, not ${timeMs}`);
    }
  }
}

test('a checkpoint that moves to where everybody has been is crossed when they were there', async () => {
  const shard = createShard();
  shard.runUntil(250);
  assert.ok(Math.abs(shard.crossed()[1].a - trueMs(500, 4)) < 200);
  shard.grounds.set([moved(2, 300)]);
  shard.tick();
  assert.deepEqual(Object.keys(shard.crossed()[1]), ['start'], 'the old one is taken back at once');
  shard.tick();
  await shard.rounds();
  assertAlike(shard.crossed(), asIfAlways(moved(2, 300), 250));
  assert.ok(Math.abs(shard.crossed()[2].a - trueMs(300, 5)) < 200);
  assert.deepEqual([shard.wantsTick(), shard.failed], [false, []]);
});

test('one that moves ahead of somebody is crossed when they come to it, and found for whoever was there', async () => {
  const shard = createShard();
  shard.runUntil(190);
  // At 760 and at 950 m.
  shard.grounds.set([moved(2, 850)]);
  shard.runUntil(200);
  await shard.rounds();
  assert.deepEqual(Object.keys(shard.crossed()[1]), ['start']);
  assert.ok(Math.abs(shard.crossed()[2].a - trueMs(850, 5)) < 200);
  shard.runUntil(240);
  assertAlike(shard.crossed(), asIfAlways(moved(2, 850), 240));
});

test('a gun that is moved moves the start, and takes back or finds what was crossed around it', async () => {
  for (const gunAfterMs of [-5_000, 60_000, 110_000]) {
    const shard = createShard();
    shard.runUntil(250);
    shard.grounds.set([moved(2, 500, gunAfterMs)]);
    shard.tick();
    shard.tick();
    await shard.rounds();
    assertAlike(shard.crossed(), asIfAlways(moved(2, 500, gunAfterMs), 250));
  }
});

test('nothing is looked for before the store has it, and a store that is away is asked again', async () => {
  const shard = createShard();
  shard.runUntil(250);
  shard.setLag(3);
  shard.grounds.set([moved(2, 300)]);
  shard.tick();
  shard.tick();
  await shard.rounds();
  assert.deepEqual(Object.keys(shard.crossed()[1]), ['start']);
  assert.equal(shard.wantsTick(), true);
  shard.setLag(0);
  shard.setAway(true);
  await shard.rounds();
  assert.equal(shard.failed.length > 0, true);
  shard.setAway(false);
  await shard.rounds();
  assertAlike(shard.crossed(), asIfAlways(moved(2, 300), 250));
});

test('a successor goes on looking, also when the race was changed between two holders', async () => {
  for (const isSeenBefore of [true, false]) {
    const shard = createShard();
    shard.runUntil(250);
    if (!isSeenBefore) shard.handOver();
    shard.grounds.set([moved(2, 300)]);
    if (isSeenBefore) shard.tick();
    shard.handOver();
    assert.equal(shard.wantsTick(), true);
    shard.tick();
    shard.tick();
    await shard.rounds();
    assertAlike(shard.crossed(), asIfAlways(moved(2, 300), 250));
  }
});

test('of a race that changes again while it is looked for, only the last place counts', async () => {
  const shard = createShard();
  shard.runUntil(250);
  for (const [version, aM] of [200, 300, 500, 350].entries()) {
    shard.grounds.set([moved(version + 2, aM)]);
    shard.tick();
    if (version % 2 === 0) await shard.rounds();
  }
  shard.tick();
  await shard.rounds();
  assertAlike(shard.crossed(), asIfAlways(moved(9, 350), 250));
});

test('what comes later than the window holds is found in the stored samples, the rest stays', async () => {
  const whole = asIfAlways(RACE, 250);
  const shard = createShard();
  // At 500 m the first is nowhere to be seen for a while; then what is newest comes first.
  shard.runUntil(100);
  const late = shard.withhold(100, 160);
  shard.runUntil(250);
  assert.notDeepEqual(shard.crossed()[1].a, whole[1].a);
  const before = shard.crossed();
  for (const message of late) shard.deliver(message);
  assert.deepEqual(shard.crossed(), before, 'the window has moved on');
  assert.equal(shard.wantsTick(), true);
  shard.passS(15);
  shard.tick();
  shard.tick();
  await shard.rounds();
  assertAlike(shard.crossed(), whole);
  assert.deepEqual(shard.crossed()[2], before[2]);
  assert.deepEqual([shard.wantsTick(), shard.failed], [false, []]);
});
