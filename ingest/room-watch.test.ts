import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../runtime/clock.ts';
import { createMemoryLog } from '../runtime/log.ts';
import { createMemoryLogStore } from '../runtime/stream/memory-stream.ts';
import { createRoomWatch } from './room-watch.ts';

const MAX_BYTES = 100_000;

async function setUp() {
  const clock = createManualClock();
  const { log: logger, records } = createMemoryLog('warn');
  const options = { name: 'FRAMES', subjects: ['frames.*'], maxBytes: MAX_BYTES, duplicateWindowMs: 1_000 };
  const log = createMemoryLogStore(clock, { ...options, metadata: {}, replicas: 1 }).open();
  const room = createRoomWatch({ log, clock, logger });
  let number = 0;
  return {
    clock,
    room,
    said: () => records.map((record) => record.msg),
    async fillTo(percent: number) {
      const missing = () => (MAX_BYTES * percent) / 100;
      for (let { bytes } = await log.info(); bytes < missing(); { bytes } = await log.info()) {
        await log.publish('frames.1', new Uint8Array(500), { msgId: String(++number), headers: {} });
      }
      await clock.advance(1_000);
    },
    async empty() {
      const { lastSeq } = await log.info();
      await log.purgeBelow(lastSeq + 1);
      await clock.advance(1_000);
    },
  };
}

test('a stream that fills up is felt by who gives way first, and everything is taken back', async () => {
  const { room, fillTo, empty, said } = await setUp();
  const roomy = { background: 'roomy', live: 'roomy', race: 'roomy' };
  assert.deepEqual([room.levels, room.usedPercent], [roomy, 0]);
  await fillTo(79);
  assert.deepEqual(room.levels, roomy);
  await fillTo(80);
  assert.deepEqual(room.levels, { background: 'slowed', live: 'slowed', race: 'roomy' });
  assert.ok(room.usedPercent >= 80 && room.usedPercent < 82, `${room.usedPercent}`);
  await fillTo(85);
  assert.deepEqual(room.levels, { background: 'refused', live: 'slowed', race: 'roomy' });
  await fillTo(90);
  assert.deepEqual(room.levels, { background: 'shed', live: 'refused', race: 'slowed' });
  await fillTo(95);
  assert.deepEqual(room.levels, { background: 'shed', live: 'shed', race: 'slowed' });
  await fillTo(98);
  assert.deepEqual(room.levels, { background: 'shed', live: 'shed', race: 'shed' });
  await empty();
  assert.deepEqual([room.levels, room.usedPercent], [roomy, 0]);
  assert.equal(said().length, 6, 'each change is said once');
  room.stop();
});

test('a stopped watch sets no more timers', async () => {
  const { clock, room } = await setUp();
  room.stop();
  assert.equal(clock.pendingTimers(), 0);
});
