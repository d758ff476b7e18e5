import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { encodeAthlete } from '../../../processors/activities/athlete-codec.ts';
import { DEFAULT_ACTIVITY_OPTIONS } from '../../../processors/activities/options.ts';
import { ShardActivities } from '../../../processors/activities/shard-activities.ts';
import { createRides } from './rides.ts';

/** Enough that what they share, and what else is in memory, is little of what is measured. */
const ATHLETES = 150;
const HOURS = 6;
const LIMIT_BYTES = { first3h: 64 * 1024, perFurtherH: 8 * 1024 };
/** What a device sends at once. */
const MESSAGE_S = 5;
/** Athletes before them, so that what is compiled and allocated once is there already. */
const WARM_UP_S = 3_600;
const START_S = Date.UTC(2026, 0, 1) / 1000;
const NOTHING_STATED = { of: () => ({ version: 0, body: [], heart: [], thresholds: [] }), revisionOf: () => 0 };

export interface AthleteState {
  readonly hours: number;
  /** In memory, all of an athlete: window, sources, metrics, and the objects that hold them. */
  readonly bytes: number;
  /** Of that, the numbers themselves. */
  readonly dataBytes: number;
  readonly limitBytes: number;
  /** What a checkpoint writes again of an athlete each time, before it is compressed. */
  readonly headBytes: number;
  readonly isSameRestored: boolean;
}

/**
 * What athletes who ride for hours take, after each hour, as a shard holds them: by what the process has more of than
 * before they came.
 */
export function statesOfAthletes(count = ATHLETES): AthleteState[] {
  const rides = createRides(HOURS * 3_600 + 1);
  const collect = garbageCollector();
  const athletes = Array.from({ length: count }, (_, i) => `athlete-${i}`);
  const warmUp = new ShardActivities(DEFAULT_ACTIVITY_OPTIONS, NOTHING_STATED, new Map());
  ride(warmUp, rides, athletes, 0, WARM_UP_S);
  warmUp.takeDirty();
  const parts = new Map<string, Uint8Array>();
  const state = new ShardActivities(DEFAULT_ACTIVITY_OPTIONS, NOTHING_STATED, parts);
  const states: AthleteState[] = [];
  const before = usedBytes(collect);
  for (let hours = 1; hours <= HOURS; hours++) {
    ride(state, rides, athletes, (hours - 1) * 3_600, hours * 3_600);
    const bytes = (usedBytes(collect) - before) / count;
    const { window, session } = state.active.get(athletes[0])!.timeline;
    states.push({
      hours,
      bytes,
      dataBytes: window!.bytes() + session!.metrics.bytes(),
      limitBytes: LIMIT_BYTES.first3h + LIMIT_BYTES.perFurtherH * Math.max(0, hours - 3),
      headBytes: encodeAthlete(state.active.get(athletes[0])!).length,
      isSameRestored: isSameRestored(athletes, state, parts),
    });
  }
  return states;
}

function ride(
  state: ShardActivities,
  rides: ReturnType<typeof createRides>,
  athletes: readonly string[],
  fromS: number,
  untilS: number,
): void {
  for (let from = fromS; from < untilS; from += MESSAGE_S) {
    for (const [nth, athlete] of athletes.entries()) {
      rides.batches(athlete, START_S, from, from + MESSAGE_S).forEach((batch, source) => {
        const seq = 3 * (from * athletes.length + nth) + source + 1;
        state.passTo((START_S + from + MESSAGE_S) * 1000, seq);
        state.fold(batch, seq);
      });
    }
  }
}

/** Whether everybody's activity is the same in a shard that goes on from the checkpoint in `parts`. */
function isSameRestored(athletes: readonly string[], state: ShardActivities, parts: Map<string, Uint8Array>): boolean {
  for (const [part, value] of state.takeDirty()) {
    if (value === null) parts.delete(part);
    else parts.set(part, value);
  }
  const again = new ShardActivities(DEFAULT_ACTIVITY_OPTIONS, NOTHING_STATED, parts);
  return athletes.every((one) => JSON.stringify(again.live(one)) === JSON.stringify(state.live(one)));
}

function usedBytes(collect: () => void): number {
  // The first time finds what is garbage; what that alone held on to is found by the next.
  for (let i = 0; i < 3; i++) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Node shows its collector to those who ask with a flag; a new context sees the flag that was set meanwhile. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
