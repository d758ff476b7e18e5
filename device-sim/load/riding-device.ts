import type { SensorFrame } from '../../schemas/frame/encode.ts';
import { topics } from '../../schemas/names.ts';
import type { Course } from '../../schemas/race.ts';
import { createRandom } from '../random.ts';
import { createPublishTemplate, type PublishTemplate } from './frame-template.ts';
import { type LoadDevice, type LoadDevicePlan, loadContents } from './load-device.ts';
import { raceRunContents } from './race-runs.ts';

/** A whole workout as frames that any device can send as its own. */
export interface Ride {
  readonly contents: readonly SensorFrame['columns'][];
  readonly templates: readonly PublishTemplate[];
}

/**
 * Rides that many devices share, so that each goes its way without coming round again, and the frames of thousands of
 * them take the room of a few. All names of devices have to be as long as the one in `plan`. With a `course` they are
 * runs of a race on it.
 */
export function createRides(plan: LoadDevicePlan, count: number, course: Course | null = null): Ride[] {
  const { seed, device, version, samplesPerFrame, sampleGapMs, startMs, spanMs } = plan;
  const frames = Math.max(1, Math.floor(spanMs / (samplesPerFrame * sampleGapMs)));
  return Array.from({ length: count }, (_, nth) => {
    const contents =
      course === null
        ? loadContents({ ...plan, device: `ride ${nth}`, contents: frames })
        : raceRunContents(course, { seed, nth, frames, samplesPerFrame });
    const templates = contents.map((columns) => {
      const timesMs = timesOf(startMs, samplesPerFrame, sampleGapMs);
      const boot = createRandom(seed, 'unset').boot();
      const frame: SensorFrame = { device, boot, seq: 1, source: 'gps', timesMs, columns };
      return createPublishTemplate(topics.frames(device), version, frame);
    });
    return { contents, templates };
  });
}

/** A device on one of those rides; when it is through it draws a new boot and begins again. */
export function createRidingDevice(plan: LoadDevicePlan, { contents, templates }: Ride): LoadDevice {
  const { seed, device, samplesPerFrame, sampleGapMs, startMs } = plan;
  const name = Buffer.from(device);
  const frameSpanMs = samplesPerFrame * sampleGapMs;
  const boots: string[] = [];

  function bootAt(round: number): string {
    while (boots.length <= round) {
      boots.push(createRandom(seed, `ride boot ${device} ${startMs} ${boots.length}`).boot());
    }
    return boots[round];
  }

  return {
    device,
    packet(n, packetId, sentMs) {
      const inBoot = n % templates.length;
      const template = templates[inBoot];
      template.setDevice(name);
      template.setBoot(bootAt(Math.floor(n / templates.length)));
      template.set(packetId, inBoot + 1, startMs + inBoot * frameSpanMs, sentMs);
      return template.bytes;
    },
    frameAt(n) {
      const inBoot = n % templates.length;
      return {
        device,
        boot: bootAt(Math.floor(n / templates.length)),
        seq: inBoot + 1,
        source: 'gps',
        timesMs: timesOf(startMs + inBoot * frameSpanMs, samplesPerFrame, sampleGapMs),
        columns: contents[inBoot],
      };
    },
    maxPacketBytes: Math.max(...templates.map(({ bytes }) => bytes.length)),
    frameBytes: templates.reduce((sum, { bytes }) => sum + bytes.length, 0) / templates.length,
  };
}

function timesOf(firstMs: number, samples: number, gapMs: number): number[] {
  return Array.from({ length: samples }, (_, i) => firstMs + i * gapMs);
}
