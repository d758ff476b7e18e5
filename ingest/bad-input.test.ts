import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { MAX_SAMPLES_PER_FRAME } from '../schemas/frame/columns.ts';
import { encodeFrame, type SensorFrame } from '../schemas/frame/encode.ts';
import { DEAD_HEADERS, type Encoding, SCHEMA_VERSION, topics } from '../schemas/names.ts';
import { REASON_NAMES, REASONS, type Reason } from '../schemas/reasons.ts';
import { createTestIngest, NOW_MS, names } from './ingest-for-tests.ts';
import { publishPacket, said, startMqtt } from './mqtt/mqtt-for-tests.ts';
import { pubackCode } from './mqtt/reason-codes.ts';

const HOUR_MS = 3_600_000;
const BOOT = '00000000000000ff';

interface BadFrame {
  readonly what: string;
  readonly reason: Reason;
  readonly encoding?: Encoding;
  /** Good frames that come before it. */
  readonly before?: (device: string) => SensorFrame[];
  readonly bytes: (device: string) => Uint8Array;
}

function frame(device: string, over: Partial<SensorFrame> = {}): SensorFrame {
  const timesMs = over.timesMs ?? [NOW_MS - 100_000, NOW_MS - 99_000];
  const columns = over.columns ?? { heart_rate: timesMs.map((_, i) => 100 + (i % 50)) };
  return { device, boot: BOOT, seq: 1, source: 'hr', ...over, timesMs, columns };
}

const encoded = (over: Partial<SensorFrame>) => (device: string) => encodeFrame(frame(device, over));
const withBytes =
  (...more: number[]) =>
  (device: string) =>
    Buffer.concat([encodeFrame(frame(device)), Buffer.from(more)]);
const json = (over: object) => (device: string) => {
  const good = { device, boot: BOOT, seq: 1, source: 'hr', baseMs: NOW_MS - 100_000, dtMs: [0, 1_000] };
  return Buffer.from(JSON.stringify({ ...good, heart_rate: [100, 101], ...over }));
};
const tooMany = Array.from({ length: MAX_SAMPLES_PER_FRAME + 1 }, (_, i) => NOW_MS - 100_000 + i);
const sixteenSources = (device: string) =>
  Array.from({ length: 16 }, (_, i) => frame(device, { seq: i + 1, source: `s${i}` }));

const BAD_FRAMES: readonly BadFrame[] = [
  { what: 'nothing at all', reason: 'no_identity', bytes: () => Buffer.alloc(0) },
  { what: 'bytes of something else', reason: 'undecodable_frame', bytes: () => Buffer.alloc(20, 0xff) },
  {
    what: 'a frame cut short',
    reason: 'undecodable_frame',
    bytes: (device) => encodeFrame(frame(device)).slice(0, -1),
  },
  { what: 'a field of the wrong type', reason: 'undecodable_frame', bytes: withBytes(0x08, 1) },
  { what: 'a device id of 65 bytes', reason: 'undecodable_frame', bytes: encoded({ device: 'x'.repeat(65) }) },
  { what: 'a field of tomorrow', reason: 'unknown_field', bytes: withBytes(0xf8, 0x3f, 1) },
  { what: 'no seq', reason: 'no_identity', bytes: encoded({ seq: 0 }) },
  { what: 'no boot', reason: 'no_identity', bytes: encoded({ boot: '0'.repeat(16) }) },
  { what: 'no source', reason: 'no_identity', bytes: encoded({ source: '' }) },
  { what: 'a source in capitals', reason: 'bad_source', bytes: encoded({ source: 'GPS' }) },
  { what: "the importer's source", reason: 'bad_source', bytes: encoded({ source: 'file:0123abcd' }) },
  { what: 'heart rate under the source of beats', reason: 'bad_source', bytes: encoded({ source: 'rr' }) },
  { what: 'beats under another source', reason: 'bad_source', bytes: encoded({ columns: { rr: [8_000, 8_100] } }) },
  {
    what: 'a seventeenth source',
    reason: 'too_many_sources',
    before: sixteenSources,
    bytes: encoded({ seq: 17, source: 's16' }),
  },
  { what: 'a column too short', reason: 'column_length', bytes: encoded({ columns: { heart_rate: [100] } }) },
  { what: 'a column too long', reason: 'column_length', bytes: encoded({ columns: { power: [1, 2, 3] } }) },
  { what: 'a bitmap too long', reason: 'column_length', bytes: withBytes(0x8a, 0x01, 2, 3, 0) },
  { what: 'a bitmap without its column', reason: 'column_length', bytes: withBytes(0x9a, 0x01, 1, 3) },
  { what: 'no column', reason: 'empty_frame', bytes: encoded({ columns: {} }) },
  { what: 'a time that repeats', reason: 'times_not_increasing', bytes: encoded({ timesMs: [NOW_MS, NOW_MS] }) },
  {
    what: 'a position off the earth',
    reason: 'value_out_of_range',
    bytes: encoded({ columns: { latitude: [0, 900_000_001] } }),
  },
  { what: 'a time too old', reason: 'frame_too_old', bytes: encoded({ timesMs: [NOW_MS - 3 * HOUR_MS, NOW_MS] }) },
  { what: 'a time to come', reason: 'frame_from_future', bytes: encoded({ timesMs: [NOW_MS, NOW_MS + HOUR_MS] }) },
  {
    what: 'a number that was given to other content',
    reason: 'frame_conflict',
    before: (device) => [frame(device)],
    bytes: encoded({ columns: { heart_rate: [90, 91] } }),
  },
  { what: "another device's frame", reason: 'foreign_device', bytes: encoded({ device: 'other' }) },
  { what: 'more samples than a frame may have', reason: 'frame_too_large', bytes: encoded({ timesMs: tooMany }) },
  {
    what: 'a column with more samples than a frame may have',
    reason: 'frame_too_large',
    bytes: encoded({ columns: { power: tooMany.map(() => 1) } }),
  },
  { what: 'JSON cut short', reason: 'undecodable_frame', encoding: 'json', bytes: () => Buffer.from('{"device":') },
  { what: 'JSON of another shape', reason: 'undecodable_frame', encoding: 'json', bytes: () => Buffer.from('[1]') },
  { what: 'text for a number', reason: 'undecodable_frame', encoding: 'json', bytes: json({ heart_rate: ['9', 1] }) },
  { what: 'an unknown key', reason: 'unknown_field', encoding: 'json', bytes: json({ pulse: [100, 101] }) },
  { what: 'no boot in JSON', reason: 'no_identity', encoding: 'json', bytes: json({ boot: undefined }) },
  { what: 'no times in JSON', reason: 'empty_frame', encoding: 'json', bytes: json({ dtMs: [], heart_rate: [] }) },
  { what: 'JSON of another device', reason: 'foreign_device', encoding: 'json', bytes: json({ device: 'other' }) },
  {
    what: 'JSON with too many samples',
    reason: 'frame_too_large',
    encoding: 'json',
    bytes: json({ dtMs: tooMany.map(() => 1), heart_rate: tooMany.map(() => 100) }),
  },
];

/** Ingest behind its MQTT front end. Its time runs while `passing` waits. */
async function start(t: TestContext) {
  const path = createTestIngest({ limits: { maxDeadBytesPerDeviceHour: 100_000 } });
  const front = await startMqtt(t, {}, { intake: path.ingest.intake });
  t.after(() => path.ingest.stop());
  async function passing<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    while (!isDone) await path.clock.advance(1);
    return done;
  }
  return { ...path, front, passing };
}

test('every reason that makes a frame dead on its way in is in the table', () => {
  const dead = REASON_NAMES.filter((reason) => REASONS[reason].outcome === 'dead' && reason !== 'store_refused');
  assert.deepEqual(new Set(BAD_FRAMES.map(({ reason }) => reason)), new Set(dead));
});

for (const version of [4, 5] as const) {
  test(`MQTT ${version}: each bad frame is answered, counted and kept, and the next good one is stored`, async (t) => {
    const { front, passing, ended, stored, readDead, ingest } = await start(t);
    let frames = 0;
    for (const [row, { what, reason, encoding, before, bytes }] of BAD_FRAMES.entries()) {
      const device = `watch-${row}`;
      const topic = encoding === 'json' ? topics.framesJson(device) : topics.frames(device);
      const client = await front.enter(version, { clientId: device, username: device });
      const good = before?.(device) ?? [];
      const next = frame(device, { seq: 100, source: good[0]?.source ?? 'hr' });
      const sent = (one: SensorFrame) => ({ payload: Buffer.from(encodeFrame(one)), topic: topics.frames(device) });
      const payload = Buffer.from(bytes(device));
      const all = [...good.map(sent), { payload, topic }, sent(next)];
      const answers: object[] = [];
      for (const [i, publish] of all.entries()) {
        client.send(publishPacket(i + 1, publish));
        answers.push(said(await passing(client.next())));
      }
      const plain = version === 5 ? { reasonCode: 0 } : {};
      const dead = { reasonCode: pubackCode(reason), properties: { reasonString: reason } };
      const answerOf = (i: number) => (i === all.length - 2 && version === 5 ? dead : plain);
      const expected = all.map((_, i) => ({ cmd: 'puback', messageId: i + 1, ...answerOf(i) }));
      assert.deepEqual(answers, expected, what);

      assert.deepEqual(ended, [reason], what);
      ended.length = 0;
      const same = BAD_FRAMES.slice(0, row + 1).filter((bad) => bad.reason === reason);
      assert.equal(front.counts.reasons[reason], same.length, what);
      frames += all.length - 1;
      assert.equal(stored.frames, frames, `${what}: the good frames are stored`);

      const letters = await readDead();
      assert.equal(letters.length, row + 1, what);
      const letter = letters[row];
      const header = (name: keyof typeof DEAD_HEADERS) => letter.header(DEAD_HEADERS[name]);
      const receivedMs = Number(header('receivedMs'));
      assert.ok(receivedMs >= NOW_MS && receivedMs < NOW_MS + HOUR_MS);
      assert.deepEqual(
        {
          subject: letter.subject,
          bytes: Buffer.from(letter.data).toString('hex'),
          reason: header('reason'),
          device: header('device'),
          schema: header('schema'),
          sha256: header('sha256'),
        },
        {
          subject: names.dead(reason, device),
          bytes: payload.toString('hex'),
          reason,
          device,
          schema: String(SCHEMA_VERSION),
          sha256: createHash('sha256').update(payload).digest('hex'),
        },
        what,
      );
      client.socket.destroy();
    }
    assert.equal(ingest.unsettledBytes(), 0);
  });
}

test('a value outside the limits of its channel is NULL and counted, and its frame is stored', async (t) => {
  const { front, passing, ended, stored, readDead } = await start(t);
  const client = await front.enter(5);
  const payload = Buffer.from(
    encodeFrame(frame('watch', { columns: { heart_rate: [19, 20], power: [4_001, 9_999] } })),
  );
  client.send(publishPacket(1, { payload }));
  assert.deepEqual(said(await passing(client.next())), { cmd: 'puback', messageId: 1, reasonCode: 0 });
  assert.deepEqual([ended, stored, await readDead()], [[], { frames: 1, samples: 2, nulled: 3 }, []]);
});
