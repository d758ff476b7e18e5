import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryLog, createSilentLog } from './log.ts';
import { createReleaseStack, within } from './release.ts';

test('what was opened is closed in reverse order, one after the other, once', async () => {
  const seen: string[] = [];
  const stack = createReleaseStack({ log: createSilentLog() });
  for (const name of ['socket', 'pool', 'stream']) {
    stack.add(name, async () => {
      seen.push(`close ${name}`);
      await Promise.resolve();
      seen.push(`${name} closed`);
    });
  }
  assert.deepEqual(await Promise.all([stack.release(), stack.release()]), [[], []]);
  assert.deepEqual(seen, [
    'close stream',
    'stream closed',
    'close pool',
    'pool closed',
    'close socket',
    'socket closed',
  ]);
});

test('one that fails and one that hangs do not keep the others open', async () => {
  const { log, records } = createMemoryLog();
  const stack = createReleaseStack({ log });
  let closed = false;
  stack.add('first', () => {
    closed = true;
  });
  stack.add('failing', () => {
    throw new Error('already gone');
  });
  stack.add('hanging', () => new Promise(() => undefined), { timeoutMs: 5 });
  const errors = await stack.release();
  assert.equal(closed, true);
  assert.deepEqual(
    errors.map((error) => [error.message, (error.cause as Error).message]),
    [
      ['closing hanging failed', 'closing hanging took longer than 5 ms'],
      ['closing failing failed', 'already gone'],
    ],
  );
  assert.deepEqual(
    records.map((record) => [record.level, record.part]),
    [
      ['error', 'hanging'],
      ['error', 'failing'],
    ],
  );
});

test('what is opened after the release began is closed at once, and its opener is told', async () => {
  const stack = createReleaseStack({ log: createSilentLog() });
  await stack.release();
  let closed = false;
  assert.throws(
    () =>
      stack.add('late', () => {
        closed = true;
      }),
    /late was opened after the release began/,
  );
  assert.equal(closed, true);
});

test('a stack is released at the end of its scope', async () => {
  let closed = false;
  {
    await using stack = createReleaseStack({ log: createSilentLog() });
    stack.add('thing', () => {
      closed = true;
    });
  }
  assert.equal(closed, true);
});

test('a bounded wait gives the result, the error, or names what was late', async () => {
  assert.equal(await within(1_000, 'adding', async () => 3), 3);
  await assert.rejects(
    within(1_000, 'failing', () => Promise.reject(new Error('no'))),
    /^Error: no$/,
  );
  await assert.rejects(
    within(1, 'waiting', () => new Promise(() => undefined)),
    /waiting took longer than 1 ms/,
  );
});
