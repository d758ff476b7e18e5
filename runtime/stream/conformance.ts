import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  LogConflictError,
  LogFullError,
  LogMismatchError,
  type LogOptions,
  type MessageLog,
  type OrderedMessage,
  type PulledMessage,
} from './stream.ts';

/** Opens a log that no other test uses; `open` again is another process on the same log. */
export type MakeLog = (
  options: LogOptions,
) => Promise<{ open(metadata?: Record<string, string>): Promise<MessageLog> }>;

const text = (data: Uint8Array) => Buffer.from(data).toString();
const bytes = (value: string) => Buffer.from(value);
const durableOptions = { ackWaitMs: 500, maxAckPending: 1_000 };
const some = { maxMessages: 100, maxBytes: 1_000_000, maxWaitMs: 3_000 };

let made = 0;

/** What every {@link MessageLog} does, as tests. */
export function testMessageLog(kind: string, make: MakeLog): void {
  async function fresh(overrides: Partial<LogOptions> = {}) {
    const word = `t${++made}`;
    const shared = await make({
      name: `${word.toUpperCase()}_LOG`,
      subjects: [`${word}.frames.*`],
      maxBytes: 0,
      duplicateWindowMs: 60_000,
      metadata: { shards: '4' },
      replicas: 1,
      ...overrides,
    });
    const subject = (shard: number) => `${word}.frames.${shard}`;
    return { ...shared, log: await shared.open(), subject, all: `${word}.frames.*` };
  }

  const publishText = (log: MessageLog, subject: string, value: string, id = value) =>
    log.publish(subject, bytes(value), { msgId: id, headers: { 'Slip-Kind': value } });

  test(`${kind}: a stored message has the next sequence, and the same id again has the first one's`, async () => {
    const { log, subject } = await fresh();
    assert.deepEqual(await publishText(log, subject(0), 'a'), { seq: 1, duplicate: false });
    assert.deepEqual(await publishText(log, subject(1), 'b'), { seq: 2, duplicate: false });
    assert.deepEqual(await publishText(log, subject(0), 'a'), { seq: 1, duplicate: true });
    const { firstSeq, lastSeq, messages, maxBytes } = await log.info();
    assert.deepEqual({ firstSeq, lastSeq, messages, maxBytes }, { firstSeq: 1, lastSeq: 2, messages: 2, maxBytes: 0 });
  });

  test(`${kind}: of two messages that are to follow the same one on a subject, one is stored`, async () => {
    const { log, subject } = await fresh();
    const follow = (lastSeq: number, value: string) =>
      log.publish(subject(0), bytes(value), { msgId: value, headers: {}, lastSeq });
    await publishText(log, subject(1), 'elsewhere');
    assert.deepEqual(await follow(0, 'a'), { seq: 2, duplicate: false });
    await assert.rejects(follow(0, 'b'), LogConflictError);
    const both = await Promise.allSettled([follow(2, 'c'), follow(2, 'd')]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    // Whoever heard no answer has to look for their message: the place behind which it went is taken.
    await assert.rejects(follow(0, 'a'), LogConflictError);
  });

  test(`${kind}: the place of a time is the first message stored then or later, whatever was removed`, async () => {
    const { log, subject, all } = await fresh();
    assert.equal(await log.seqAt(0), 1);
    for (let i = 1; i <= 9; i++) {
      await publishText(log, subject(i % 2), `m${i}`);
      // Times are compared in ms, and the next one must differ.
      const storedMs = Date.now();
      await until(() => Date.now() > storedMs + 1);
    }
    const stored: OrderedMessage[] = [];
    const ending = new AbortController();
    for await (const message of log.readFrom({ subjects: [all], fromSeq: 1, signal: ending.signal })) {
      stored.push(message);
      if (stored.length === 9) break;
    }
    const at = (timeMs: number) => log.seqAt(timeMs);
    assert.equal(await at(stored[0].timeMs - 1_000), 1);
    assert.equal(await at(stored[4].timeMs), 5);
    assert.equal(await at(stored[4].timeMs + 1), 6);
    assert.equal(await at(stored[8].timeMs + 60_000), 10);
    await log.purgeBelow(4);
    assert.equal(await at(0), 4);
    assert.equal(await at(stored[6].timeMs), 7);
  });

  test(`${kind}: publishes made together are stored in their order`, async () => {
    const { log, subject } = await fresh();
    const acks = await Promise.all(Array.from({ length: 500 }, (_, i) => publishText(log, subject(0), `m${i}`)));
    assert.deepEqual(
      acks.map((ack) => ack.seq),
      Array.from({ length: 500 }, (_, i) => i + 1),
    );
  });

  test(`${kind}: a full log refuses, keeps what it has, and goes on when there is room`, async () => {
    const { log, subject } = await fresh({ maxBytes: 20_000 });
    let stored = 0;
    await assert.rejects(async () => {
      for (let i = 0; i < 40; i++, stored++) await publishText(log, subject(0), `${i}`.padEnd(1_000, '.'), `id${i}`);
    }, LogFullError);
    const info = await log.info();
    assert.equal(info.messages, stored);
    assert.ok(stored >= 8 && info.bytes <= 20_000 && info.maxBytes === 20_000);
    await log.purgeBelow(6);
    const ack = await publishText(log, subject(0), 'after', 'after');
    assert.deepEqual(ack, { seq: stored + 1, duplicate: false });
  });

  test(`${kind}: reads in order from a sequence, by subject, goes on with new ones, stops when told`, async () => {
    const { log, subject } = await fresh();
    for (let i = 1; i <= 10; i++) await publishText(log, subject(i % 2), `m${i}`);
    const stop = new AbortController();
    const seen: OrderedMessage[] = [];
    for await (const message of log.readFrom({ subjects: [subject(1)], fromSeq: 4, signal: stop.signal })) {
      seen.push(message);
      if (seen.length === 3) await publishText(log, subject(0), 'other');
      if (seen.length === 3) await publishText(log, subject(1), 'new');
      if (text(message.data) === 'new') stop.abort();
    }
    assert.deepEqual(
      seen.map((m) => [m.seq, m.subject, text(m.data), m.header('Slip-Kind'), m.header('none'), m.pendingMessages]),
      [
        [5, subject(1), 'm5', 'm5', '', 2],
        [7, subject(1), 'm7', 'm7', '', 1],
        [9, subject(1), 'm9', 'm9', '', 0],
        [12, subject(1), 'new', 'new', '', 0],
      ],
    );
    assert.ok(seen.every((m) => Math.abs(m.timeMs - Date.now()) < 60_000));
  });

  test(`${kind}: a reader that waits ends when it is stopped`, async () => {
    const { log, all } = await fresh();
    const stop = new AbortController();
    const reading = log
      .readFrom({ subjects: [all], fromSeq: 1, signal: stop.signal })
      [Symbol.asyncIterator]()
      .next();
    stop.abort();
    assert.deepEqual(await reading, { done: true, value: undefined });
  });

  test(`${kind}: two processes share a durable, and its position says what is acknowledged`, async () => {
    const { log, open, subject, all } = await fresh();
    for (let i = 1; i <= 6; i++) await publishText(log, subject(0), `m${i}`);
    const options = { ...durableOptions, ackWaitMs: 30_000, subjects: [all] };
    const one = await log.openDurable('sink', options);
    const two = await (await open()).openDurable('sink', options);
    const first = await one.pull({ ...some, maxMessages: 4 });
    const second = await two.pull(some);
    assert.deepEqual(
      [first, second].map((pulled) => pulled.map((m) => [m.seq, text(m.data), m.deliveries])),
      [[1, 2, 3, 4].map((i) => [i, `m${i}`, 1]), [5, 6].map((i) => [i, `m${i}`, 1])],
    );
    for (const message of [...second, ...first.slice(0, 2)]) message.ack();
    await settled(log, { ackFloorSeq: 2, pendingMessages: 0, unackedMessages: 2 });
    for (const message of first.slice(2)) message.ack();
    await settled(log, { ackFloorSeq: 6, pendingMessages: 0, unackedMessages: 0 });
    await Promise.all([one.close(), two.close()]);
  });

  test(`${kind}: a durable's position outlives who pulled`, async () => {
    const { log, open, subject, all } = await fresh();
    for (let i = 1; i <= 3; i++) await publishText(log, subject(0), `m${i}`);
    const options = { ...durableOptions, subjects: [all] };
    const before = await log.openDurable('sink', options);
    for (const message of await before.pull({ ...some, maxMessages: 2 })) message.ack();
    await settled(log, { ackFloorSeq: 2, pendingMessages: 1, unackedMessages: 0 });
    await before.close();
    const after = await (await open()).openDurable('sink', { ...options, ackWaitMs: 700 });
    assert.deepEqual(seqsOf(await after.pull(some)), [3]);
    assert.equal(await log.durablePosition('nobody'), null);
    await after.close();
  });

  test(`${kind}: durables are listed, whether somebody pulls or not; ordered reads are none`, async () => {
    const { log, subject, all } = await fresh();
    assert.deepEqual(await log.durables(), []);
    const closed = await log.openDurable('closed', { ...durableOptions, subjects: [all] });
    await closed.close();
    const open = await log.openDurable('open', { ...durableOptions, subjects: [subject(1)] });
    await publishText(log, subject(0), 'm1');
    const controller = new AbortController();
    for await (const _ of log.readFrom({ subjects: [all], fromSeq: 1, signal: controller.signal })) {
      assert.deepEqual((await log.durables()).sort(), ['closed', 'open']);
      controller.abort();
    }
    await open.close();
  });

  test(`${kind}: a message that nobody acknowledges comes again, counted`, async () => {
    const { log, subject, all } = await fresh();
    await publishText(log, subject(0), 'm1');
    const durable = await log.openDurable('sink', { ...durableOptions, subjects: [all] });
    assert.deepEqual(seqsOf(await durable.pull(some)), [1]);
    const [again] = await durable.pull(some);
    assert.deepEqual([again?.seq, again?.deliveries], [1, 2]);
    again?.nak(50);
    const [third] = await durable.pull(some);
    assert.deepEqual([third?.seq, third?.deliveries], [1, 3]);
    third?.ack();
    await settled(log, { ackFloorSeq: 1, pendingMessages: 0, unackedMessages: 0 });
    await durable.close();
  });

  test(`${kind}: a message that is being worked on does not come again`, async () => {
    const { log, subject, all } = await fresh();
    await publishText(log, subject(0), 'm1');
    const durable = await log.openDurable('sink', { ...durableOptions, subjects: [all] });
    const [message] = await durable.pull(some);
    for (let i = 0; i < 4; i++) {
      message?.working();
      assert.deepEqual(await durable.pull({ ...some, maxWaitMs: 250 }), []);
    }
    message?.ack();
    await durable.close();
  });

  test(`${kind}: a pull keeps to its bytes, and a message above them comes alone`, async () => {
    const { log, subject, all } = await fresh();
    const sizes = [100, 100, 5_000, 100];
    for (const [i, size] of sizes.entries()) await publishText(log, subject(0), `${i}`.padEnd(size), `id${i}`);
    const durable = await log.openDurable('sink', { ...durableOptions, ackWaitMs: 30_000, subjects: [all] });
    const pulls: number[][] = [];
    while (pulls.flat().length < sizes.length) {
      const pulled = await durable.pull({ ...some, maxBytes: 1_000 });
      assert.ok(pulled.length > 0);
      pulls.push(seqsOf(pulled));
      for (const message of pulled) message.ack();
    }
    assert.deepEqual(pulls, [[1, 2], [3], [4]]);
    await durable.close();
  });

  test(`${kind}: an empty pull waits, returns nothing, and the next one sees what came`, async () => {
    const { log, subject, all } = await fresh();
    const durable = await log.openDurable('sink', { ...durableOptions, subjects: [all] });
    assert.deepEqual(await durable.pull({ ...some, maxWaitMs: 120 }), []);
    const pulling = durable.pull(some);
    await publishText(log, subject(0), 'm1');
    assert.deepEqual(seqsOf(await pulling), [1]);
    await durable.close();
  });

  test(`${kind}: the next message on a subject is found, and purged ones are gone`, async () => {
    const { log, subject, all } = await fresh();
    for (let i = 1; i <= 6; i++) await publishText(log, subject(i % 2), `m${i}`);
    assert.equal(await log.nextSeq(subject(0), 1), 2);
    assert.equal(await log.nextSeq(subject(1), 4), 5);
    assert.equal(await log.nextSeq(subject(1), 6), null);
    assert.equal(await log.nextSeq(subject(3), 1), null);
    await log.purgeBelow(4);
    assert.equal(await log.nextSeq(subject(1), 1), 5);
    const { firstSeq, lastSeq, messages } = await log.info();
    assert.deepEqual({ firstSeq, lastSeq, messages }, { firstSeq: 4, lastSeq: 6, messages: 3 });
    const stop = new AbortController();
    for await (const message of log.readFrom({ subjects: [all], fromSeq: 1, signal: stop.signal })) {
      assert.equal(message.seq, 4);
      stop.abort();
    }
  });

  test(`${kind}: other metadata is refused, the same opens again`, async () => {
    const { open } = await fresh();
    await open({ shards: '4' });
    await assert.rejects(async () => open({ shards: '8' }), LogMismatchError);
  });
}

const seqsOf = (messages: PulledMessage[]) => messages.map((message) => message.seq);

/** Acknowledgements are not answered, so the position is watched until it is there. */
async function settled(log: MessageLog, expected: object): Promise<void> {
  const untilMs = Date.now() + 5_000;
  for (;;) {
    const position = await log.durablePosition('sink');
    if (JSON.stringify(position) === JSON.stringify(expected)) return;
    if (Date.now() > untilMs) assert.deepEqual(position, expected);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  const untilMs = Date.now() + 5_000;
  while (!isTrue()) {
    assert.ok(Date.now() < untilMs, 'it did not happen within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
