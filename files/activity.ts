import type { Damage } from './reasons.ts';
import type { Series } from './series.ts';

/**
 * A recorded activity, whatever file it came from. Times are ms since the epoch, values the integers of the channel
 * table. What a device claims about itself (totals, laps) is kept beside the samples and never mixed into them.
 */
export interface RecordedActivity {
  readonly startMs: number;
  readonly endMs: number;
  /** In the order of time, at least one; more than one in a multisport activity. */
  readonly sessions: readonly Session[];
  readonly laps: readonly Lap[];
  /** Of a pool. */
  readonly lengths: readonly Length[];
  readonly events: readonly ActivityEvent[];
  readonly devices: readonly RecordingDevice[];
  readonly samples: Series;
  /** One row for each heart beat, or null when none was recorded. */
  readonly rr: Series | null;
  /** Measured by the device and no channel of ours: name of the field → how many values. */
  readonly ignored: Readonly<Record<string, number>>;
  readonly damage: readonly Damage[];
}

/** Totals as the device computed them; undefined where it did not. */
export interface Totals {
  readonly elapsedMs?: number;
  /** Without the pauses. */
  readonly timerMs?: number;
  readonly distanceM?: number;
  readonly ascentM?: number;
  readonly descentM?: number;
  readonly energyKcal?: number;
}

export interface Session {
  readonly startMs: number;
  readonly endMs: number;
  /** A name of the FIT profile in snake case: `running`, `open_water`. */
  readonly sport: string;
  readonly subSport: string;
  readonly poolLengthM?: number;
  readonly totals: Totals;
}

export const LAP_TRIGGERS = ['manual', 'time', 'distance', 'position', 'session_end', 'other'] as const;
export type LapTrigger = (typeof LAP_TRIGGERS)[number];

export interface Lap {
  readonly startMs: number;
  readonly endMs: number;
  readonly trigger: LapTrigger;
  readonly totals: Totals;
}

export interface Length {
  readonly startMs: number;
  readonly endMs: number;
  /** False for a rest at the wall. */
  readonly isActive: boolean;
  readonly stroke?: string;
  readonly strokes?: number;
}

/** The timer of the device: `pause` and `resume` lie between the first start and the last stop. */
export interface ActivityEvent {
  readonly timeMs: number;
  readonly type: 'start' | 'pause' | 'resume' | 'stop';
  /** `auto` when the device did it by itself. */
  readonly trigger: 'manual' | 'auto';
}

/** The device that recorded, or one of its sensors. */
export interface RecordingDevice {
  readonly manufacturer?: string;
  readonly product?: string;
  readonly serial?: string;
  readonly software?: string;
}

export const UNKNOWN_SPORT = 'generic';

/** When nothing says what the samples belong to: one session over all of them. */
export function wholeSession(samples: Series, sport = UNKNOWN_SPORT, subSport = UNKNOWN_SPORT): Session {
  const { timesMs } = samples;
  return { startMs: timesMs[0], endMs: timesMs[timesMs.length - 1], sport, subSport, totals: {} };
}
