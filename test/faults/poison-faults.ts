import type { SensorFrame } from '../../schemas/frame/encode.ts';
import type { Fault, Ground } from './fault.ts';
import type { Refusal } from './store-proxy.ts';

type StoreName = 'questdb' | 'clickhouse';

const REFUSALS: Readonly<Record<StoreName, Refusal>> = {
  questdb: {
    status: 400,
    headers: { 'content-type': 'application/json' },
    body: '{"code":"invalid","message":"failed to parse line protocol: errors encountered on line(s): poison"}',
  },
  clickhouse: {
    status: 400,
    headers: { 'x-clickhouse-exception-code': '27' },
    body: 'Code: 27. DB::Exception: Cannot parse input: poison. (CANNOT_PARSE_INPUT_ASSERTION_FAILED) (version 26.7)',
  },
};

/** What stands in a write, and in a batch of the stream, when the frame is in it. */
const MARKS: Readonly<Record<StoreName, (frame: SensorFrame) => { inWrite: Buffer; inBatch: Buffer }>> = {
  questdb(frame) {
    const boot = BigInt.asIntN(64, BigInt(`0x${frame.boot}`));
    return { inWrite: Buffer.from(` boot=${boot}i,seq=${frame.seq}i,`), inBatch: timeOf(frame) };
  },
  clickhouse: (frame) => ({ inWrite: timeOf(frame), inBatch: timeOf(frame) }),
};

/** Frames that leave from now on, of which the first to be written is refused with everything in its batch. */
const FRAMES = 3;
const REFUSED_TIMEOUT_MS = 30_000;

export const POISON_FAULTS: readonly Fault[] = (['questdb', 'clickhouse'] as const).map(
  (store): Fault => ({
    name: `${store}-refuses`,
    title: `${store === 'questdb' ? 'QuestDB' : 'ClickHouse'} refuses the batches of ${FRAMES} frames as wrong`,
    promise: 'batches are split until the poison stands alone in DEAD; everything else is stored',
    isRandom: false,
    // The clocks are right, so that a frame's times are the same in both stores and in the truth.
    fleet: { faults: { faults: ['disconnect', 'duplicate', 'reorder'], rate: 1 } },
    async strike(ground) {
      const { deployment, poison } = ground;
      const marks = coming(ground).map(MARKS[store]);
      for (const { inBatch } of marks) poison(store, inBatch);
      const proxy = deployment.stores[store];
      const harmedBefore = proxy.counts.harmed;
      proxy.setMood({ kind: 'refuses', poison: marks.map(({ inWrite }) => inWrite), refusal: REFUSALS[store] });
      await ground.until('a write was refused', () => proxy.counts.harmed > harmedBefore, REFUSED_TIMEOUT_MS);
      // Until all of its halves were tried; what is refused stays refused for as long as the run lasts.
    },
    async heal({ deployment }) {
      deployment.stores[store].setMood({ kind: 'well' });
    },
    demands: ({ refusedFrames }) => (refusedFrames > 0 ? [] : ['no frame was refused by the store']),
  }),
);

/** Frames of one device that come in the last third of its workout. */
function coming({ fleet, random }: Ground): SensorFrame[] {
  const device = random.pick(fleet);
  const fromMs = device.startMs + (device.durationMs * 2) / 3;
  const frames: SensorFrame[] = [];
  for (const step of device.script()) {
    if (step.kind !== 'letter' || step.letter.malformed !== null || frames.includes(step.letter.frame)) continue;
    if (step.dueMs >= fromMs && frames.length < FRAMES) frames.push(step.letter.frame);
  }
  return frames;
}

/** A device time as it stands in a batch. */
function timeOf({ timesMs }: SensorFrame): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(timesMs[0]));
  return bytes;
}
