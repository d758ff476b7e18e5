import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { createDecodeThread } from './decode-thread.ts';
import type { DecodeTask } from './task.ts';

const options = { maxBatchBytes: 1_000, maxAgeMs: 1_000, maxFutureMs: 1_000, maxClockJumpMs: 1_000, maxDevices: 10 };
const WAIT = { timeout: 60_000 };

const emptyTask = (): DecodeTask => ({
  bytes: new ArrayBuffer(8),
  ends: new Uint32Array(0),
  encodings: new Uint8Array(0),
  senderOf: new Uint32Array(0),
  senders: [],
  receivedMs: 0,
  offsets: [],
});

/** The threads that are started, in order, as the process itself sees them. */
function watchThreads(t: TestContext): Worker[] {
  const threads: Worker[] = [];
  const add = (worker: Worker) => void threads.push(worker);
  process.on('worker', add);
  t.after(() => void process.off('worker', add));
  return threads;
}

test('the task after a thread died is decoded by a new one', WAIT, async (t) => {
  const threads = watchThreads(t);
  const thread = createDecodeThread(options);
  t.after(() => thread.close());
  await thread.decode(emptyTask());
  await threads[0].terminate();
  assert.deepEqual((await thread.decode(emptyTask())).batches, []);
  assert.equal(threads.length, 2);
});

test(
  'a task that waits for a thread which dies while it starts is rejected, and the next one is decoded',
  WAIT,
  async (t) => {
    const threads = watchThreads(t);
    const thread = createDecodeThread(options);
    t.after(() => thread.close());
    await thread.decode(emptyTask());
    await threads[0].terminate();
    if (threads.length < 2) await once(process, 'worker');
    // Not ready yet: threads begin with reading their program.
    const waiting = thread.decode(emptyTask());
    await Promise.all([assert.rejects(waiting), threads[1].terminate()]);
    assert.deepEqual((await thread.decode(emptyTask())).batches, []);
  },
);
