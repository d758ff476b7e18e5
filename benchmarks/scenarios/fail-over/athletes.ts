import { createRandom } from '../../../device-sim/random.ts';
import { batchMessage } from '../../../processors/batches-for-tests.ts';
import { EVENTS_SOURCE } from '../../../schemas/channels.ts';
import { eventCode, sportCode } from '../../../schemas/events.ts';
import type { SensorFrame } from '../../../schemas/frame/encode.ts';
import { shardOf } from '../../../schemas/identity.ts';

const SECOND_MS = 1_000;
const INSTANCE = '00000000000000fa';
const BOOT = '80000000000000fa';
/** Each athlete stops now and then, and starts again a little later. */
const ROUND_S = 70;
const PAUSE_S = 15;
const OPENING_S = 4;

export interface AthletesPlan {
  readonly seed: string;
  readonly athletes: number;
  readonly shards: number;
  /** Device time of second 0. */
  readonly startMs: number;
}

export interface StreamMessage {
  readonly shard: number;
  readonly subject: string;
  readonly headers: Record<string, string>;
  readonly data: Uint8Array;
  readonly msgId: string;
}

export const athleteName = (number: number) => `athlete-${number}`;

/** Whether somebody is on the way in a second, and whether one begins or ends in it. */
function phaseOf(number: number, second: number): 'start' | 'on' | 'stop' | 'off' {
  // In turns, so that at any time somebody is about to stop.
  const inRound = (second + number * 13) % ROUND_S;
  if (second === 0 && inRound < ROUND_S - PAUSE_S) return 'start';
  if (inRound === 0) return 'start';
  if (inRound === ROUND_S - PAUSE_S) return 'stop';
  return inRound < ROUND_S - PAUSE_S ? 'on' : 'off';
}

/** Runners with a seeded way of moving; the messages of one second follow from the second alone. */
export function createAthletes({ seed, athletes, shards, startMs }: AthletesPlan) {
  const runners = Array.from({ length: athletes }, (_, number) => {
    const random = createRandom(seed, athleteName(number));
    return { number, athlete: athleteName(number), device: `watch-${number}`, pace: 2.5 + 2 * random.next() };
  });

  function sample({ number, device, pace }: (typeof runners)[number], second: number): SensorFrame {
    const speedMps = pace + 0.5 * Math.sin(second / 20 + number);
    const wayM = pace * second - 10 * Math.cos(second / 20 + number);
    return frameOf(device, 'gps', second, {
      latitude: [Math.round((46 + wayM / 111_000) * 1e7)],
      longitude: [145_000_000 + number * 100_000],
      altitude: [3_000 + Math.round(200 * Math.sin(wayM / 300))],
      speed: [Math.round(speedMps * 1_000)],
      distance: [Math.round(wayM * 100)],
      heart_rate: [120 + Math.round(20 * Math.sin(second / 60 + number))],
    });
  }

  function frameOf(device: string, source: string, second: number, columns: SensorFrame['columns']): SensorFrame {
    return { device, boot: BOOT, seq: second + 1, source, timesMs: [startMs + second * SECOND_MS], columns };
  }

  return {
    names: runners.map(({ athlete }) => athlete),
    shardOf: (athlete: string) => shardOf(athlete, shards),
    /** The second in which the activity that goes on in this one stops. */
    stopOf(number: number, second: number): number {
      let stop = second;
      while (phaseOf(number, stop) !== 'stop') stop++;
      return stop;
    },
    /** True when the sample of the second shows at once: an activity shows once its first seconds are final. */
    isShown(number: number, second: number): boolean {
      if (phaseOf(number, second) === 'off') return false;
      for (let before = 1; before <= OPENING_S; before++) {
        if (second < before || phaseOf(number, second - before) === 'off') return false;
      }
      return true;
    },
    /** In the order in which they are to be stored. */
    messagesOf(second: number): StreamMessage[] {
      const receivedMs = Date.now();
      return runners.flatMap((runner) => {
        const phase = phaseOf(runner.number, second);
        if (phase === 'off') return [];
        const shard = shardOf(runner.athlete, shards);
        const common = { instance: INSTANCE, shard, athlete: runner.athlete, receivedMs };
        const events =
          phase === 'on'
            ? []
            : [{ event: [eventCode(phase)], ...(phase === 'start' && { sport: [sportCode('run')] }) }];
        const frames = [
          sample(runner, second),
          ...events.map((columns) => frameOf(runner.device, EVENTS_SOURCE, second, columns)),
        ];
        return frames.map((frame, i) => {
          const batch = (second * athletes + runner.number) * 2 + i;
          return { shard, ...batchMessage({ ...common, frames: [frame], batch }) };
        });
      });
    },
  };
}
export type Athletes = ReturnType<typeof createAthletes>;
