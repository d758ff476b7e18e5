import type { SensorFrame } from '../../schemas/frame/encode.ts';
import { topics } from '../../schemas/names.ts';
import { createRandom } from '../random.ts';
import { createWorkout } from '../workout.ts';
import { createPublishTemplate } from './frame-template.ts';

export interface LoadDevicePlan {
  readonly seed: string;
  readonly device: string;
  readonly version: 4 | 5;
  readonly samplesPerFrame: number;
  /** Between two samples, ms of device time. */
  readonly sampleGapMs: number;
  /** Device time of the first sample. */
  readonly startMs: number;
  /** After this much device time the device draws a new boot and begins at `startMs` again: rows stay distinct. */
  readonly spanMs: number;
  /** How many different contents the frames have; they come round and round with new seqs and times. */
  readonly contents?: number;
}

const DEFAULT_CONTENTS = 64;

/**
 * A device whose n-th frame is known for every n without having been kept: contents come round and round, boot, seq and
 * times follow from n. `packet` writes it ready to send; `frameAt` says what it is.
 */
export function createLoadDevice(plan: LoadDevicePlan) {
  const { seed, device, version, samplesPerFrame, sampleGapMs, startMs, spanMs } = plan;
  const frameSpanMs = samplesPerFrame * sampleGapMs;
  const framesPerBoot = Math.max(1, Math.floor(spanMs / frameSpanMs));
  const contents = loadContents(plan);
  const topic = topics.frames(device);
  const templates = contents.map((columns) => createPublishTemplate(topic, version, frameOf(0, columns)));
  const boots: string[] = [];
  const bootOfTemplate = templates.map(() => -1);

  function bootAt(round: number): string {
    while (boots.length <= round) {
      boots.push(createRandom(seed, `load boot ${device} ${startMs} ${sampleGapMs} ${boots.length}`).boot());
    }
    return boots[round];
  }

  function frameOf(n: number, columns: SensorFrame['columns']): SensorFrame {
    const inBoot = n % framesPerBoot;
    const firstMs = startMs + inBoot * frameSpanMs;
    const timesMs = Array.from({ length: samplesPerFrame }, (_, i) => firstMs + i * sampleGapMs);
    const boot = createRandom(seed, 'unset').boot();
    return { device, boot, seq: inBoot + 1, source: 'gps', timesMs, columns };
  }

  return {
    device,
    /** The PUBLISH of frame `n` (from 0). The bytes stand until the next call: copy them. */
    packet(n: number, packetId: number, sentMs: number): Buffer {
      const template = templates[n % contents.length];
      const round = Math.floor(n / framesPerBoot);
      if (bootOfTemplate[n % contents.length] !== round) {
        template.setBoot(bootAt(round));
        bootOfTemplate[n % contents.length] = round;
      }
      const inBoot = n - round * framesPerBoot;
      template.set(packetId, inBoot + 1, startMs + inBoot * frameSpanMs, sentMs);
      return template.bytes;
    },
    /** What `packet` sends, without `sentMs`: the truth to compare rows with. */
    frameAt: (n: number): SensorFrame => ({
      ...frameOf(n, contents[n % contents.length]),
      boot: bootAt(Math.floor(n / framesPerBoot)),
    }),
    maxPacketBytes: Math.max(...templates.map(({ bytes }) => bytes.length)),
    frameBytes: templates.reduce((sum, { bytes }) => sum + bytes.length, 0) / templates.length,
  };
}
export type LoadDevice = ReturnType<typeof createLoadDevice>;

/** A ride's position, heart rate and pedals as one source: eight channels, as a bike computer sends them. */
export function loadContents({
  seed,
  device,
  samplesPerFrame,
  contents: count = DEFAULT_CONTENTS,
}: LoadDevicePlan): SensorFrame['columns'][] {
  const workout = createWorkout(createRandom(seed, `load ${device}`), {
    sport: 'ride',
    startMs: 0,
    durationMs: count * samplesPerFrame * 1_000,
    samplesPerFrame,
  });
  const contents: SensorFrame['columns'][] = Array.from({ length: count }, () => ({}));
  const next: Record<string, number> = { gps: 0, hr: 0, power: 0 };
  for (const { source, columns } of workout) {
    if (!(source in next)) continue;
    const n = next[source]++;
    const { horizontal_accuracy: _, ...kept } = columns;
    contents[n] = { ...contents[n], ...kept };
  }
  return contents;
}
