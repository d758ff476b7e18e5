import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Fault } from '../runtime/memory-faults.ts';
import type { LogMessage } from '../runtime/stream/stream.ts';
import { readBatch } from '../schemas/batch/reader.ts';
import { encodeFrame } from '../schemas/frame/encode.ts';
import { BATCH_HEADERS } from '../schemas/names.ts';
import { PRIORITIES } from '../schemas/priority.ts';
import { createDevice, createTestIngest, limits, NOW_MS, settleAll } from './ingest-for-tests.ts';

const BOOT = '00000000000000ff';

function frameBytes(device: string, seq: number, over: Partial<{ timeMs: number; bpm: number }> = {}): Uint8Array {
  const timesMs = [over.timeMs ?? NOW_MS - 100_000 + seq];
  return encodeFrame({ device, boot: BOOT, seq, source: 'hr', timesMs, columns: { heart_rate: [over.bpm ?? 100] } });
}

function storedSeqs(messages: readonly LogMessage[]): Set<string> {
  const seqs = new Set<string>();
  for (const message of messages) {
    const batch = readBatch('samples', message.data);
    for (let i = 0; i < batch.rows; i++) seqs.add(`${batch.device.keys[batch.device.index[i]]}.${batch.seq[2 * i]}`);
  }
  return seqs;
}

test('whatever fails in between, a frame settled as stored is in the log, and a dead one in DEAD', async () => {
  const outcome = fc.constantFrom<Fault>('ok', 'ok', 'fail_before', 'fail_after');
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(outcome), fc.integer({ min: 1, max: 60 }), async (outcomes, count) => {
      const faults = () => outcomes.next().value;
      const { clock, ingest, readFrames, readDead } = createTestIngest({ faults });
      const devices = ['a', 'b', 'c'].map((name) => createDevice(name));
      for (let seq = 1; seq <= count; seq++) {
        for (const device of devices) {
          const timeMs = seq % 7 === 0 ? NOW_MS - 9e6 : undefined;
          ingest.intake.offer(device, seq, 'protobuf', frameBytes(device.device, seq, { timeMs }));
        }
        if (seq % 10 === 0) await clock.advance(3);
      }
      await settleAll(clock, () => devices.every((device) => device.settled.size === count));
      const messages = await readFrames();
      const stored = storedSeqs(messages);
      const deadCount = new Set((await readDead()).map((letter) => letter.header('Slip-Sha256'))).size;
      let expectedDead = 0;
      for (const { device, settled } of devices) {
        for (const [seq, reason] of settled) {
          const isDead = seq % 7 === 0;
          assert.equal(reason, isDead ? 'frame_too_old' : null);
          assert.equal(stored.has(`${device}.${seq}`), !isDead);
          if (isDead) expectedDead++;
        }
      }
      assert.equal(deadCount, expectedDead);
      for (const subject of new Set(messages.map((message) => message.subject))) {
        const numbers = messages.filter((m) => m.subject === subject).map((m) => Number(m.header(BATCH_HEADERS.batch)));
        assert.deepEqual(
          numbers,
          numbers.toSorted((a, b) => a - b),
          'batch numbers of a shard only grow',
        );
        assert.equal(new Set(numbers).size, numbers.length, 'a repeated publish is one message');
      }
      await ingest.stop();
    }),
    { numRuns: 25 },
  );
});

test('a full stream refuses frames and does not acknowledge them', async () => {
  const { clock, ingest, readFrames, ended, turnedAway } = createTestIngest({ maxBytes: 700 });
  const device = createDevice('a');
  for (let seq = 1; seq <= 4; seq++) {
    ingest.intake.offer(device, seq, 'protobuf', frameBytes('a', seq));
    await clock.advance(2_000);
  }
  const stored = storedSeqs(await readFrames());
  assert.ok(stored.size > 0 && stored.size < 4);
  for (const [seq, reason] of device.settled) assert.equal(reason, stored.has(`a.${seq}`) ? null : 'stream_full');
  assert.deepEqual(new Set(ended), new Set(['stream_full']));
  assert.deepEqual(turnedAway, ended, 'each of them is told to the ledger');
  await ingest.stop();
});

test('while the stream fills up devices are slowed down, kept out and shed, one priority after the other', async () => {
  const { clock, ingest, turnedAway } = createTestIngest({ maxBytes: 60_000 });
  const { intake } = ingest;
  const device = createDevice('a', 'race');
  const steps = new Map<string, number>();
  for (let seq = 1; intake.refusesFrame('race') === null; seq++) {
    assert.ok(seq < 1_000, 'the stream fills up');
    const step = PRIORITIES.map((priority) => {
      const frame = intake.refusesFrame(priority) ?? (intake.restMs(priority) > 0 ? 'rest' : 'go');
      return `${priority} ${intake.refusesDevice(priority) ? 'out' : 'in'} ${frame}`;
    }).join(', ');
    if (!steps.has(step)) steps.set(step, Math.floor(ingest.usedPercent()));
    intake.offer(device, seq, 'protobuf', frameBytes('a', seq));
    await clock.advance(1_000);
  }
  assert.deepEqual(
    [...steps],
    [
      ['background in go, live in go, race in go', 0],
      ['background in rest, live in rest, race in go', 80],
      ['background out rest, live in rest, race in go', 85],
      ['background out shed_background, live out rest, race in rest', 90],
      ['background out shed_background, live out shed_live, race in rest', 95],
    ],
  );
  assert.deepEqual([intake.refusesFrame('race'), intake.refusesDevice('race')], ['stream_full', 'stream_full']);
  assert.ok([...device.settled.values()].every((reason) => reason === null));
  assert.deepEqual(turnedAway, []);
  await ingest.stop();
});

test('each priority has its share of the memory, is not read beyond it, and goes on once half is stored', async () => {
  const { clock, ingest } = createTestIngest();
  const devices = PRIORITIES.map((priority) => createDevice(priority, priority));
  const filledTo: number[] = [];
  const sent: number[] = [];
  for (const device of devices) {
    let seq = 0;
    while (ingest.intake.offer(device, ++seq, 'protobuf', frameBytes(device.device, seq))) assert.ok(seq < 1_000);
    sent.push(seq);
    filledTo.push(Math.floor((100 * ingest.unsettledBytes()) / limits.maxUnsettledBytes));
  }
  assert.deepEqual(
    filledTo.map((percent) => Math.floor(percent / 5) * 5),
    [50, 75, 100],
  );
  assert.deepEqual(
    devices.map(({ resumes }) => resumes),
    [0, 0, 0],
  );
  await settleAll(clock, () => devices.every((device, i) => device.settled.size === sent[i]));
  assert.deepEqual(
    devices.map(({ resumes }) => resumes),
    [1, 1, 1],
  );
  assert.equal(ingest.unsettledBytes(), 0);
  await ingest.stop();
});

test('whoever is not held, or are many, is shed before memory grows further, and a race last', async () => {
  const { clock, ingest } = createTestIngest();
  const { intake } = ingest;
  const given: string[] = [];
  for (const [i, priority] of PRIORITIES.entries()) {
    // A new connection each time: none of them has been held yet.
    for (let seq = 1; intake.refusesFrame(priority) === null; seq++) {
      const device = createDevice(`${priority}-${seq}`, priority);
      intake.offer(device, 1, 'protobuf', frameBytes(device.device, 1));
    }
    given.push(`${intake.refusesFrame(priority)} at ${5 * Math.floor(ingest.unsettledBytes() / 500)} %`);
    for (const later of PRIORITIES.slice(i + 1)) assert.equal(intake.refusesFrame(later), null);
  }
  assert.deepEqual(given, ['shed_background at 75 %', 'shed_live at 100 %', 'overloaded at 125 %']);
  await settleAll(clock, () => ingest.unsettledBytes() === 0);
  for (const priority of PRIORITIES) assert.equal(intake.refusesFrame(priority), null);
  await ingest.stop();
});

test("over a device's quota a dead letter keeps its reason and hash and drops its bytes", async () => {
  const { clock, ingest, readDead, ended } = createTestIngest();
  const device = createDevice('a');
  const bad = Buffer.alloc(200, 0xff);
  for (let slot = 0; slot < 4; slot++) ingest.intake.offer(device, slot, 'protobuf', bad);
  await settleAll(clock, () => device.settled.size === 4);
  const letters = await readDead();
  assert.deepEqual(
    letters.map((letter) => letter.data.length),
    [200, 200, 0, 0],
  );
  assert.equal(new Set(letters.map((letter) => letter.header('Slip-Sha256'))).size, 1);
  assert.equal(ended.filter((reason) => reason === 'dead_letter_quota').length, 2);
  await ingest.stop();
});

test('while it drains nothing new may come, and what was taken is settled', async () => {
  const { clock, ingest } = createTestIngest();
  const device = createDevice('a');
  assert.equal(ingest.intake.refusesDevice('race'), null);
  ingest.intake.offer(device, 1, 'json', Buffer.from('{}'));
  const drained = ingest.drain(new AbortController().signal);
  assert.equal(ingest.intake.refusesDevice('race'), 'draining');
  await settleAll(clock, () => device.settled.size === 1);
  await clock.advance(100);
  await drained;
  assert.equal(device.settled.get(1), 'no_identity');
  await ingest.stop();
});
