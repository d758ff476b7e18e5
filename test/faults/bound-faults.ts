import { FRAMES_MAX_BYTES } from './deployment.ts';
import type { Fault } from './fault.ts';

const MIB = 1024 * 1024;
const REFUSED_TIMEOUT_MS = 90_000;
const FULL_MS = 5_000;

export const BOUND_FAULTS: readonly Fault[] = [
  {
    name: 'full-stream',
    title: 'both sinks are down until the stream is full, under load',
    promise: 'devices are slowed, then refused; once the sinks are back the stream is trimmed and everything goes on',
    isRandom: false,
    fleet: { durationMs: 600_000 },
    async strike({ deployment, resizeStream, refusals, until, wait }) {
      await resizeStream((bytes) => bytes + MIB);
      const up = Promise.withResolvers<void>();
      const back = (['questdb-sink', 'clickhouse-sink'] as const).map((sink) =>
        deployment.parts[sink].kill(up.promise),
      );
      try {
        await until('a device was refused', () => refusals() > 0, REFUSED_TIMEOUT_MS);
        await wait(FULL_MS);
      } finally {
        up.resolve();
      }
      await Promise.all(back);
    },
    heal: ({ resizeStream }) => resizeStream(() => FRAMES_MAX_BYTES),
    demands: ({ refusals }) => (refusals > 0 ? [] : ['no device was refused']),
  },
];
