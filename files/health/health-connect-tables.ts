/** How a table of Health Connect's own database says what a record of its API does. */
export interface RecordTable {
  readonly table: string;
  /** Of the API, as `HEALTH_CONNECT_TYPES` has it. */
  readonly recordType: string;
  /** The column with the value, of the record or of its samples. */
  readonly column: string;
  /** The table of its samples, where a record has some. */
  readonly samples?: string;
  /** What the value is in, where the API says it as `value` and `unit`. */
  readonly unit?: string;
}

/**
 * The tables by `RecordHelper` and its kin in packages/modules/HealthFitness of AOSP, whose names are in two styles:
 * `speed_record_table` has the samples of `SpeedRecordTable`. Energy is in small calories and weight in grams.
 */
export const RECORD_TABLES: readonly RecordTable[] = [
  {
    ...{ table: 'heart_rate_record_table', recordType: 'HeartRateRecord', column: 'beats_per_minute' },
    samples: 'heart_rate_record_series_table',
  },
  {
    ...{ table: 'SpeedRecordTable', recordType: 'SpeedRecord', column: 'speed', unit: 'meters_per_second' },
    samples: 'speed_record_table',
  },
  {
    ...{ table: 'PowerRecordTable', recordType: 'PowerRecord', column: 'power', unit: 'watts' },
    samples: 'power_record_table',
  },
  {
    ...{ table: 'CyclingPedalingCadenceRecordTable', recordType: 'CyclingPedalingCadenceRecord' },
    ...{ column: 'revolutions_per_minute', samples: 'cycling_pedaling_cadence_record_table' },
  },
  {
    ...{ table: 'StepsCadenceRecordTable', recordType: 'StepsCadenceRecord', column: 'rate' },
    samples: 'steps_cadence_record_table',
  },
  { table: 'oxygen_saturation_record_table', recordType: 'OxygenSaturationRecord', column: 'percentage' },
  { table: 'respiratory_rate_record_table', recordType: 'RespiratoryRateRecord', column: 'rate' },
  { table: 'steps_record_table', recordType: 'StepsRecord', column: 'count' },
  { table: 'distance_record_table', recordType: 'DistanceRecord', column: 'distance', unit: 'meters' },
  {
    ...{ table: 'active_calories_burned_record_table', recordType: 'ActiveCaloriesBurnedRecord' },
    ...{ column: 'energy', unit: 'calories' },
  },
  { table: 'resting_heart_rate_record_table', recordType: 'RestingHeartRateRecord', column: 'beats_per_minute' },
  {
    ...{ table: 'heart_rate_variability_rmssd_record_table', recordType: 'HeartRateVariabilityRmssdRecord' },
    column: 'heart_rate_variability_millis',
  },
  { table: 'weight_record_table', recordType: 'WeightRecord', column: 'weight', unit: 'grams' },
  {
    ...{ table: 'blood_glucose_record_table', recordType: 'BloodGlucoseRecord' },
    ...{ column: 'level', unit: 'millimoles_per_liter' },
  },
];

/** Where the database lies in the zip: as Android names it, or packed anew with a folder around. */
export const DATABASE_PATH = /^([^/]+\/)?health_connect_export\.db$/;

export const SESSION_TABLE = 'exercise_session_record_table';

/** Of each record: its UUID as 16 bytes, who wrote it and what measured it. */
export const RECORD_COLUMNS = ['row_id', 'uuid', 'app_info_id', 'device_info_id'];
export const INTERVAL_COLUMNS = ['start_time', 'end_time'];

export const ROUTE = {
  table: 'exercise_route_table',
  columns: ['parent_key', 'timestamp_millis', 'latitude', 'longitude', 'altitude', 'horizontal_accuracy'],
} as const;
export const LAPS = {
  table: 'exercise_laps_table',
  columns: ['parent_key', 'lap_start_time', 'lap_end_time'],
} as const;
export const SEGMENTS = {
  table: 'exercise_segments_table',
  columns: ['parent_key', 'segment_start_time', 'segment_end_time', 'segment_type'],
} as const;

/** `ExerciseSegmentType` of the platform → `EXERCISE_SEGMENT_TYPE_…` of androidx: those that are pauses. */
export const SEGMENT_TYPES: Readonly<Record<number, number>> = { 66: 44, 67: 39 };

/** A table of records of the kind that we know nothing of, by how all of them are called. */
export const isRecordTable = (table: string): boolean => /(_record_table|RecordTable)$/.test(table);
