import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import type { JobQueue } from './job-queue.ts';

const WITHIN_MS = 120_000;

export interface QueueUnderTest {
  readonly database: Database;
  /** Another process's end of the queue, which is stopped after the test. */
  open(t: TestContext): JobQueue;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const untilMs = Date.now() + WITHIN_MS;
  while (!holds()) {
    assert.ok(Date.now() < untilMs, `never: ${what}`);
    await delay(50);
  }
}

/** What every {@link JobQueue} promises that keeps its jobs. */
export function testJobQueue(open: () => Promise<QueueUnderTest>): void {
  test('a job is done after its transaction, again after a failure, and not at all of one taken back', async (t) => {
    const { database, open: openQueue } = await open();
    const queue = openQueue(t);
    const done: unknown[] = [];
    let failures = 0;
    queue.work('first', async (data, { isLast, signal }) => {
      assert.deepEqual([isLast, signal.aborted], [false, false]);
      if ((data as { n: number }).n === 1 && failures++ === 0) throw new Error('not this time');
      done.push(data);
    });
    await queue.start();
    const takenBack = database.transaction().execute(async (transaction) => {
      await queue.put(transaction, 'first', { n: 0 });
      throw new Error('changed our mind');
    });
    await assert.rejects(takenBack, /changed our mind/);
    await database.transaction().execute(async (transaction) => {
      await queue.put(transaction, 'first', { n: 1, name: 'Früh 🏃' });
      await queue.put(transaction, 'first', { n: 2 });
    });
    await until('both are done', () => done.length === 2);
    const byNumber = (done as { n: number }[]).sort((a, b) => a.n - b.n);
    assert.deepEqual([byNumber, failures], [[{ n: 1, name: 'Früh 🏃' }, { n: 2 }], 2]);
  });

  test('a job that was put while nobody worked is done by who comes', async (t) => {
    const { database, open: openQueue } = await open();
    const before = openQueue(t);
    before.work('second', async () => undefined);
    await before.start();
    await before.stop();
    const writer = openQueue(t);
    await writer.start();
    await database.transaction().execute((transaction) => writer.put(transaction, 'second', { n: 7 }));
    await writer.stop();
    const worker = openQueue(t);
    const done: unknown[] = [];
    worker.work('second', async (data) => void done.push(data));
    await worker.start();
    await until('it is done', () => done.length === 1);
    assert.deepEqual(done, [{ n: 7 }]);
  });
}
