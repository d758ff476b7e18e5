import type { GpsQuality, Mark, Quality } from '../../../schemas/activity-metrics.ts';
import { STEPS as ALTITUDE_STEPS, COUNT as ALTITUDES } from './elevation.ts';
import { ACCURACY_N, ACCURACY_SUM, FIXES, REJECTED as FIXES_REJECTED, JUMPS, POOR_RADIUS_M } from './gps-filter.ts';
import * as hr from './heart-rate.ts';
import { EVIDENCE_S, FILLED_S, GAP_S, ODOMETER_AT, RESETS, USED } from './motion.ts';
import { GPS, SPEEDOMETER } from './odometers.ts';
import * as pw from './power.ts';
import * as ranges from './ranges.ts';
import type { ActivityState } from './state.ts';
import * as at from './state.ts';
import * as steps from './steps.ts';
import * as beats from './variability.ts';

/** Above these shares a value is marked. */
export const MAX_GAP_SHARE = 0.05;
export const MAX_REJECTED_SHARE = 0.1;
export const MIN_MEASURED_SHARE = 0.5;

export interface Qualities {
  /** Whether anything measured a way. */
  readonly hasDistance: boolean;
  /** Whether the way comes from positions that are not to be believed. */
  readonly isGpsPoor: boolean;
  readonly time: Quality;
  readonly distance: Quality;
  readonly grade: Quality;
  readonly altitude: Quality;
  readonly heartRate: Quality;
  readonly power: Quality;
  readonly steps: Quality;
  readonly beats: Quality;
  /** Of the channels in the order of `RANGE_CHANNELS`. */
  readonly ranges: readonly Quality[];
}

/** Of {@link Qualities}, what efforts ask for: an activity that goes on is asked every few seconds. */
export function wayQualities({ cells }: ActivityState): Pick<Qualities, 'hasDistance' | 'isGpsPoor'> {
  const used = at.AT_MOTION + USED;
  return {
    hasDistance: cells[used] > 0 || cells[used + GPS] > 0 || cells[used + SPEEDOMETER] > 0,
    isGpsPoor: usesGps(cells) && isPoor(gpsQuality(cells)),
  };
}

/** What stands behind each kind of value. Shares are of the seconds that were not paused. */
export function qualitiesOf(activity: ActivityState): Qualities {
  const { cells } = activity;
  const timerS = timerOf(cells);
  const motion = at.AT_MOTION;
  const evidenceS = cells[motion + EVIDENCE_S];
  const gps = gpsQuality(cells);
  const isByGps = usesGps(cells);
  const { hasDistance, isGpsPoor } = wayQualities(activity);
  const rejected = isByGps ? gps.rejected / timerS : 0;
  const distance: Quality = {
    ...shares((timerS - evidenceS) / timerS, cells[motion + FILLED_S] / timerS, rejected),
    gps: gps.fixes > 0 ? gps : null,
    marks: marks({
      gaps: cells[motion + GAP_S] + timerS - evidenceS > MAX_GAP_SHARE * timerS,
      gps_poor: isGpsPoor,
      gps_jump: cells[at.AT_GPS + JUMPS] > 0 && isByGps,
      counter_reset: cells[motion + ODOMETER_AT + RESETS] > 0,
      too_long: cells[at.AT_CLOCK + at.NEXT] > at.MAX_SERIES_S,
    }),
  };
  const altitude = sampled(cells[at.AT_ELEVATION + ALTITUDES], timerS, {
    altitude_jump: cells[at.AT_ELEVATION + ALTITUDE_STEPS] > 0,
  });
  const held = (begin: number, count: number, measured: number): Quality => ({
    ...shares((timerS - cells[begin + count]) / timerS, (cells[begin + count] - cells[begin + measured]) / timerS, 0),
    gps: null,
    marks: marks({
      gaps: timerS - cells[begin + count] > MAX_GAP_SHARE * timerS,
      few_samples: cells[begin + count] < MIN_MEASURED_SHARE * timerS,
    }),
  });
  return {
    hasDistance,
    isGpsPoor,
    time: {
      ...shares((timerS - cells[at.AT_CLOCK + at.ROWS]) / timerS, 0, 0),
      gps: null,
      marks: marks({ no_motion_data: evidenceS === 0 }),
    },
    distance,
    grade: { ...distance, marks: [...new Set([...distance.marks, ...altitude.marks])] },
    altitude,
    heartRate: held(at.AT_HEART_RATE, hr.COUNT, hr.MEASURED_S),
    power: held(at.AT_POWER, pw.COUNT, pw.MEASURED_S),
    steps: sampled(cells[at.AT_STEPS + steps.COUNT], timerS, {}),
    beats: beatQuality(cells[at.AT_VARIABILITY + beats.COUNT], cells[at.AT_VARIABILITY + beats.REJECTED]),
    ranges: ranges.RANGE_CHANNELS.map((_, nth) =>
      sampled(cells[at.AT_RANGES + ranges.CELLS_EACH * nth + ranges.COUNT], timerS, {}),
    ),
  };
}

const timerOf = (cells: Float64Array) => Math.max(1, cells[at.AT_CLOCK + at.NEXT] - cells[at.AT_CLOCK + at.PAUSED_S]);

function usesGps(cells: Float64Array): boolean {
  return cells[at.AT_MOTION + USED + GPS] > MAX_GAP_SHARE * timerOf(cells);
}

function gpsQuality(cells: Float64Array): GpsQuality {
  const heard = cells[at.AT_GPS + ACCURACY_N];
  return {
    fixes: cells[at.AT_GPS + FIXES],
    rejected: cells[at.AT_GPS + FIXES_REJECTED],
    accuracyM: heard === 0 ? null : cells[at.AT_GPS + ACCURACY_SUM] / heard,
  };
}

function isPoor({ fixes, rejected, accuracyM }: GpsQuality): boolean {
  return (accuracyM ?? 0) > POOR_RADIUS_M || rejected > MAX_REJECTED_SHARE * fixes;
}

function beatQuality(accepted: number, rejected: number): Quality {
  const share = rejected / Math.max(1, accepted + rejected);
  return { ...shares(0, 0, share), gps: null, marks: marks({ beats_rejected: share > MAX_REJECTED_SHARE }) };
}

function sampled(count: number, timerS: number, others: Partial<Record<Mark, boolean>>): Quality {
  const isFew = count < MIN_MEASURED_SHARE * timerS;
  return { ...shares((timerS - count) / timerS, 0, 0), gps: null, marks: marks({ few_samples: isFew, ...others }) };
}

/** A channel that reports faster than time passes does not happen; rounding must not make a share negative. */
const shares = (missing: number, interpolated: number, rejected: number) => ({
  missing: Math.max(0, missing),
  interpolated: Math.max(0, interpolated),
  rejected,
});

function marks(found: Partial<Record<Mark, boolean>>): Mark[] {
  return (Object.keys(found) as Mark[]).filter((mark) => found[mark]);
}
