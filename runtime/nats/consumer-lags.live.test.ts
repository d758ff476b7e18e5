import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LogUnavailableError } from '../stream/stream.ts';
import { readConsumerLags } from './consumer-lags.ts';
import { readJetStreamVersion } from './jetstream-answer.ts';
import { startTestNats, type TestNats } from './nats-for-tests.ts';
import { openNatsLog } from './nats-stream.ts';
import { readSubjectCounts } from './subject-counts.ts';

const DURABLE = { subjects: ['lag.*'], ackWaitMs: 30_000, maxAckPending: 100 };
const PULL = { maxMessages: 2, maxBytes: 1_000_000, maxWaitMs: 5_000 };

let server: TestNats;
before(async () => {
  server = await startTestNats();
});
after(() => server.stop());

test('who reads a stream lags by what was not acknowledged or sent, and by the age of the oldest of it', async (t) => {
  const link = await server.connect();
  const own = { maxBytes: 0, duplicateWindowMs: 60_000, metadata: {}, replicas: 1 };
  const log = await openNatsLog(link, { ...own, name: 'LAG', subjects: ['lag.*'] });
  for (const [i, subject] of ['lag.a', 'lag.b', 'lag.a'].entries()) {
    await log.publish(subject, Buffer.from('x'), { msgId: `m${i}`, headers: {} });
  }
  const [fast, slow] = [await log.openDurable('fast', DURABLE), await log.openDurable('slow', DURABLE)];
  t.after(() => Promise.all([fast.close(), slow.close()]));
  const ending = new AbortController();
  t.after(() => ending.abort());
  const reader = log.readFrom({ subjects: ['lag.b'], fromSeq: 1, signal: ending.signal });
  const { value: first } = await reader[Symbol.asyncIterator]().next();
  assert.equal(first?.seq, 2);
  for (let left = 3; left > 0; ) {
    const messages = await fast.pull(PULL);
    for (const message of messages) message.ack();
    left -= messages.length;
  }
  const [one] = await slow.pull({ ...PULL, maxMessages: 1 });
  one.ack();
  // An acknowledgement has no answer to wait for.
  for (const untilMs = Date.now() + 10_000; ; ) {
    const [ended, begun] = [await log.durablePosition('fast'), await log.durablePosition('slow')];
    if (ended?.ackFloorSeq === 3 && begun?.ackFloorSeq === 1) break;
    assert.ok(Date.now() < untilMs, 'the acknowledgements did not arrive');
  }
  const second = await link.jsm.streams.getMessage('LAG', { seq: 2 });
  const nowMs = Date.parse(second!.timestamp) + 5_000;
  assert.deepEqual(await readConsumerLags(link, ['LAG', 'NONE'], () => nowMs), [
    { stream: 'LAG', consumer: 'fast', readers: 1, waitingMessages: 0, behindMs: 0 },
    { stream: 'LAG', consumer: 'slow', readers: 1, waitingMessages: 2, behindMs: 5_000 },
    { stream: 'LAG', consumer: '', readers: 1, waitingMessages: 0, behindMs: 0 },
  ]);
  assert.deepEqual(await readSubjectCounts(link, 'LAG'), {
    messages: 3,
    subjects: new Map([
      ['lag.a', 2],
      ['lag.b', 1],
    ]),
  });
  assert.match(await readJetStreamVersion(link), /^2\.\d+\.\d+/);
});

test('a server that is gone is said to be gone', async () => {
  const link = await server.connect();
  await server.kill();
  for (const ask of [
    () => readConsumerLags(link, ['LAG'], Date.now),
    () => readSubjectCounts(link, 'LAG'),
    () => readJetStreamVersion(link),
  ]) {
    await assert.rejects(ask, LogUnavailableError);
  }
});
