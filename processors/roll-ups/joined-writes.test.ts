import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { joinWrites } from './joined-writes.ts';

const block = (length: number, fill: number) => new Uint8Array(length).fill(fill);

function joining(maxJoinedBytes: number, outcome: () => Promise<void> = async () => undefined) {
  const clock = createManualClock();
  const inserts: number[][] = [];
  const write = joinWrites({
    clock,
    joinMs: 50,
    maxJoinedBytes,
    insert: (blocks) => {
      inserts.push(blocks.map(([first]) => first));
      return outcome();
    },
  });
  return { clock, inserts, write };
}

test('blocks that come while the first one waits go in one insert, in order; the next begins anew', async () => {
  const { clock, inserts, write } = joining(1_000);
  const first = write(block(10, 1));
  await clock.advance(40);
  const second = write(block(10, 2));
  assert.deepEqual(inserts, []);
  await clock.advance(10);
  await Promise.all([first, second]);
  const third = write(block(10, 3));
  await clock.advance(50);
  await third;
  assert.deepEqual(inserts, [[1, 2], [3]]);
});

test('a block that does not fit begins another insert, a large one goes alone, and each is stored once', async () => {
  const { clock, inserts, write } = joining(25);
  const written = Promise.all([10, 10, 10, 99].map((length, i) => write(block(length, i + 1))));
  await clock.advance(50);
  await written;
  assert.deepEqual(inserts, [[1, 2], [3], [4]]);
});

test('an insert that fails is told to all who share it, and to nobody else', async () => {
  let attempt = 0;
  const { clock, write } = joining(1_000, async () => {
    if (++attempt === 1) throw new Error('away');
  });
  const failing = [write(block(1, 1)), write(block(1, 2))].map((one) => assert.rejects(one, /away/));
  await clock.advance(50);
  await Promise.all(failing);
  const next = write(block(1, 3));
  await clock.advance(50);
  await next;
});
