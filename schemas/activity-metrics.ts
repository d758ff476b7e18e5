/**
 * What an activity's metrics look like to everyone outside: a value is never alone, it comes with its quality, and
 * what cannot be computed is null with a reason, never 0.
 */

/** Everything that can be wrong with a value's evidence. A record, distance or load with a mark is not claimed. */
export const MARKS = {
  gaps: 'More than a twentieth of the seconds are missing, or bridged over more than ten seconds.',
  gps_poor: 'Positions were inaccurate (over 20 m on average) or often rejected.',
  gps_jump: 'The position jumped further than the athlete could go; the jump is not counted.',
  counter_reset:
    'The distance counter started again, jumped or changed its device, and nothing else measured meanwhile.',
  altitude_jump: 'The altitude stepped, as in a calibration; the step is not counted as climbing.',
  few_samples: 'Less than half of the time was measured.',
  beats_rejected: 'More than a tenth of the beats were artefacts.',
  no_motion_data: 'Nothing tells moving from standing, so all time that was not paused counts as moving.',
  too_fast: 'Faster than anyone is in the sport: a counter or the positions jumped in it.',
  too_long: 'The activity went on beyond what efforts and curves look at.',
} as const;
export type Mark = keyof typeof MARKS;

/** Why a metric has no value. */
export const ABSENCES = {
  no_samples: 'No sample of the channel came.',
  too_short: 'There was not enough of it.',
  needs_zones: "The athlete's heart-rate zones are not known.",
  needs_heart_rates: "The athlete's resting and maximum heart rates are not known.",
  needs_sex: 'The formula is for women or for men, and the athlete said neither.',
  needs_body: "The athlete's sex, weight or date of birth is not known.",
  needs_ftp: "The athlete's functional threshold power is not known.",
  needs_w_prime: "The athlete's critical power or W′ is not known.",
  needs_threshold_speed: "The athlete's threshold pace is not known.",
  not_for_sport: 'It says nothing in this sport.',
  no_sensor: 'No channel measures it, and nobody stated it.',
} as const;
export type Absence = keyof typeof ABSENCES;

export interface GpsQuality {
  readonly fixes: number;
  readonly rejected: number;
  /** Mean radius of 68 % confidence; null when no device said. */
  readonly accuracyM: number | null;
}

/** Shares are of the seconds that the value looks at, 0 to 1. */
export interface Quality {
  /** Neither measured nor filled in. */
  readonly missing: number;
  /** Filled in from the neighbours. */
  readonly interpolated: number;
  /** Measured, but not believed. */
  readonly rejected: number;
  readonly gps: GpsQuality | null;
  readonly marks: readonly Mark[];
}

export type Metric<T> =
  | { readonly value: T; readonly quality: Quality }
  | { readonly value: null; readonly absent: Absence; readonly quality: Quality };

/** A stretch between two marks on the road; elapsed times count from the activity's start. */
export interface Split {
  readonly distanceM: number;
  readonly endS: number;
  readonly elapsedS: number;
  readonly movingS: number;
  readonly heartRateBpm: number | null;
  readonly elevationGainM: number;
  readonly elevationLossM: number;
}

/** The least elapsed time in which a distance was covered, interpolated inside the seconds at its ends. */
export interface Effort {
  readonly name: string;
  readonly distanceM: number;
  readonly elapsedS: number;
  readonly startS: number;
  /** Share of its seconds that were filled in or come from poor positions. */
  readonly interpolated: number;
  readonly marks: readonly Mark[];
}

/** The best mean of a quantity over a duration: W for power, m/s for pace. */
export interface Peak {
  readonly durationS: number;
  readonly value: number;
  readonly startS: number;
  readonly interpolated: number;
  readonly marks: readonly Mark[];
}

export interface Range {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

export interface Calories {
  readonly kcal: number;
  readonly method: 'heart_rate' | 'power';
}

export interface WBalance {
  readonly currentJ: number;
  readonly leastJ: number;
}

export interface ActivityMetrics {
  readonly elapsed_s: Metric<number>;
  /** Elapsed without what the athlete paused. */
  readonly timer_s: Metric<number>;
  readonly moving_s: Metric<number>;
  readonly distance_m: Metric<number>;
  readonly current_speed_mps: Metric<number>;
  readonly average_speed_mps: Metric<number>;
  /** The best five seconds: one second is noise. */
  readonly max_speed_mps: Metric<number>;
  readonly grade_adjusted_speed_mps: Metric<number>;
  readonly elevation_gain_m: Metric<number>;
  readonly elevation_loss_m: Metric<number>;
  readonly splits_metric: Metric<readonly Split[]>;
  readonly splits_imperial: Metric<readonly Split[]>;
  readonly laps: Metric<readonly Split[]>;
  readonly average_heart_rate_bpm: Metric<number>;
  readonly max_heart_rate_bpm: Metric<number>;
  /** Seconds below the first zone, then in each. */
  readonly heart_rate_zones_s: Metric<readonly number[]>;
  readonly trimp_banister: Metric<number>;
  readonly trimp_edwards: Metric<number>;
  readonly average_power_w: Metric<number>;
  readonly max_power_w: Metric<number>;
  readonly work_j: Metric<number>;
  readonly normalized_power_w: Metric<number>;
  readonly intensity_factor: Metric<number>;
  readonly training_stress: Metric<number>;
  readonly variability_index: Metric<number>;
  readonly running_stress: Metric<number>;
  readonly w_balance: Metric<WBalance>;
  readonly peak_power: Metric<readonly Peak[]>;
  readonly peak_pace: Metric<readonly Peak[]>;
  readonly best_efforts: Metric<readonly Effort[]>;
  readonly calories: Metric<Calories>;
  readonly cadence_rpm: Metric<Range>;
  readonly spo2_percent: Metric<Range>;
  readonly respiration_per_min: Metric<Range>;
  readonly air_temperature_c: Metric<Range>;
  readonly skin_temperature_c: Metric<Range>;
  readonly wet: Metric<boolean>;
  readonly steps: Metric<number>;
  readonly rmssd_ms: Metric<number>;
  readonly sdnn_ms: Metric<number>;
}
export type MetricName = keyof ActivityMetrics;
