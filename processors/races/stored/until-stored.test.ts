import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../../runtime/clock.ts';
import type { MessageLog } from '../../../runtime/stream/stream.ts';
import { StoreUnavailableError } from '../../sink.ts';
import { createUntilStored } from './until-stored.ts';

/** A stream that ends at 7, of which the sink has stored so much. */
function setUp(stored: { upTo: number | null }) {
  const clock = createManualClock();
  const frames = {
    info: async () => ({ lastSeq: 7 }),
    durablePosition: async () => (stored.upTo === null ? null : { ackFloorSeq: stored.upTo }),
  } as unknown as Pick<MessageLog, 'info' | 'durablePosition'>;
  return { clock, until: createUntilStored({ frames, durable: 'clickhouse', clock, maxMs: 1_000 }) };
}

test('waits until the store has what the stream has', async () => {
  const stored = { upTo: 3 };
  const { clock, until } = setUp(stored);
  let isStored = false;
  const waiting = until(new AbortController().signal).then(() => {
    isStored = true;
  });
  await clock.advance(500);
  assert.equal(isStored, false);
  stored.upTo = 7;
  await clock.advance(100);
  await waiting;
});

test('gives up on a store that nobody writes, or that does not get on', async () => {
  for (const upTo of [null, 6]) {
    const { clock, until } = setUp({ upTo });
    const failed = assert.rejects(until(new AbortController().signal), StoreUnavailableError);
    await clock.advance(2_000);
    await failed;
  }
});
