import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../runtime/clock.ts';
import { ConnectError, type Connection, type Outcome } from '../runtime/device-client/connection.ts';
import { createFrameDecoder } from '../schemas/frame/decode.ts';
import type { SensorFrame } from '../schemas/frame/encode.ts';
import { type SendDeps, SendError, sendFrames } from './send-frames.ts';

const STORED: Outcome = { kind: 'acknowledged', reason: null };
const frames = Array.from(
  { length: 50 },
  (_, i): SensorFrame => ({
    device: 'files-ann',
    boot: '00000000000000ff',
    seq: i + 1,
    source: 'file:0123456789abcdef',
    timesMs: [1_000 + i],
    columns: { heart_rate: [100] },
  }),
);

/** An ingest that answers as it is told: by connection, then by the frame's seq. */
function createIngest(answer: (connection: number, seq: number) => Outcome) {
  const received: number[] = [];
  let connections = 0;
  const connect = async (): Promise<Connection> => {
    const own = ++connections;
    const closed = Promise.withResolvers<string>();
    const decoder = createFrameDecoder();
    return {
      maxInFlight: 8,
      slowUntilMs: 0,
      closed: closed.promise,
      async send(bytes) {
        assert.equal(decoder.decode(bytes, 0, bytes.length), null);
        const { seq } = decoder.frame;
        received.push(seq);
        const outcome = answer(own, seq);
        if (outcome.kind === 'lost') closed.resolve('gone');
        return outcome;
      },
      close: async () => closed.resolve('goodbye'),
      cut: () => closed.resolve('cut'),
    };
  };
  return { connect, received, connections: () => connections };
}

const depsOf = (connect: SendDeps['connect'], more: Partial<SendDeps> = {}): SendDeps => ({
  connect,
  credentials: { device: 'files-ann', token: null },
  clock: systemClock,
  giveUpMs: 30_000,
  signal: new AbortController().signal,
  onAcknowledged: () => undefined,
  ...more,
});

test('every frame is sent and acknowledged once when nothing goes wrong', async () => {
  const { connect, received } = createIngest(() => STORED);
  let acknowledged = 0;
  const onAcknowledged = (rows: number) => {
    acknowledged += rows;
  };
  assert.deepEqual(await sendFrames(frames, depsOf(connect, { onAcknowledged })), { frames: 50, rows: 50, dead: {} });
  assert.deepEqual(
    received,
    frames.map(({ seq }) => seq),
  );
  assert.equal(acknowledged, 50);
});

test('no event is under way together with samples', async () => {
  const isEvent = (seq: number) => seq === 1 || seq === 20 || seq === 21 || seq === 50;
  const mixed = frames.map((frame) =>
    isEvent(frame.seq) ? { ...frame, source: `${frame.source}:events`, columns: { event: [1] } } : frame,
  );
  const { connect } = createIngest(() => STORED);
  const underWay = new Set<number>();
  const watched: SendDeps['connect'] = async () => {
    const connection = await connect();
    const decoder = createFrameDecoder();
    return {
      ...connection,
      async send(bytes) {
        decoder.decode(bytes, 0, bytes.length);
        const { seq } = decoder.frame;
        underWay.add(seq);
        assert.equal(new Set([...underWay].map(isEvent)).size, 1, `frames ${[...underWay]} are under way together`);
        await systemClock.sleep(1);
        underWay.delete(seq);
        return connection.send(bytes);
      },
    };
  };
  assert.deepEqual(await sendFrames(mixed, depsOf(watched)), { frames: 50, rows: 50, dead: {} });
});

test('what is lost or refused is sent again until it is taken; what is dead is counted', async () => {
  const { connect, received, connections } = createIngest((connection, seq) => {
    if (connection === 1 && seq >= 20) return { kind: 'lost' };
    if (seq === 30 && received.filter((one) => one === 30).length < 2) return { kind: 'refused', reason: 'overloaded' };
    return seq === 40 ? { kind: 'acknowledged', reason: 'frame_conflict' } : STORED;
  });
  assert.deepEqual(await sendFrames(frames, depsOf(connect)), { frames: 50, rows: 49, dead: { frame_conflict: 1 } });
  assert.deepEqual(new Set(received).size, 50);
  assert.equal(connections(), 2);
});

test('a token that is not wanted, an ingest that is not there, and an end that is asked for end it', async () => {
  const refuses = async () => {
    throw new ConnectError('bad_token', { isFinal: true });
  };
  await assert.rejects(sendFrames(frames, depsOf(refuses)), (error) => error instanceof SendError);
  const isAway = async () => {
    throw new ConnectError('nobody is there');
  };
  const gaveUp = sendFrames(frames, depsOf(isAway, { giveUpMs: 1 }));
  await assert.rejects(gaveUp, (error) => error instanceof SendError && /nobody is there/.test(error.message));
  const stopping = new AbortController();
  const stopped = sendFrames(frames, depsOf(isAway, { signal: stopping.signal }));
  stopping.abort(new Error('asked to end'));
  await assert.rejects(stopped, /asked to end/);
});
