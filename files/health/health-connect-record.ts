import type {
  HealthContent,
  HealthOrigin,
  MappedRecord,
  RoutePoint,
  SamplesContent,
  WorkoutContent,
} from './health-record.ts';
import { measureNamed } from './measures.ts';
import { type Fields, inOrder, isFields, RecordChecks } from './record-checks.ts';
import type { Dimension } from './units.ts';
import { healthConnectSport } from './workout-sports.ts';

/** How a type of records says its value. */
export interface RecordShape {
  readonly measure: string;
  readonly dimension: Dimension;
  /** The field with the value: of the record, or of each of its `samples`. */
  readonly field: string;
  /** What the field is in where it is a bare number; null where it is an object of `value` and `unit`. */
  readonly bareUnit: string | null;
  /** Over an interval, at a moment, or a list of samples in an interval. */
  readonly times: 'interval' | 'moment' | 'samples';
  /** What the value has to be multiplied with. */
  readonly factor?: number;
}

/** Types of records that we keep, by the names and fields of androidx.health.connect.client.records. */
export const HEALTH_CONNECT_TYPES: Readonly<Record<string, RecordShape>> = {
  HeartRateRecord: {
    ...{ measure: 'heart_rate', dimension: 'per_minute', field: 'beatsPerMinute', bareUnit: 'bpm', times: 'samples' },
  },
  SpeedRecord: { measure: 'speed', dimension: 'speed', field: 'speed', bareUnit: null, times: 'samples' },
  PowerRecord: { measure: 'power', dimension: 'power', field: 'power', bareUnit: null, times: 'samples' },
  CyclingPedalingCadenceRecord: {
    ...{
      measure: 'cadence',
      dimension: 'per_minute',
      field: 'revolutionsPerMinute',
      bareUnit: 'rpm',
      times: 'samples',
    },
  },
  // Two steps are a stride.
  StepsCadenceRecord: {
    ...{ measure: 'cadence', dimension: 'per_minute', field: 'rate', bareUnit: 'count/min', times: 'samples' },
    factor: 0.5,
  },
  OxygenSaturationRecord: {
    ...{ measure: 'spo2', dimension: 'percent', field: 'percentage', bareUnit: 'percent', times: 'moment' },
  },
  RespiratoryRateRecord: {
    ...{ measure: 'respiration_rate', dimension: 'per_minute', field: 'rate', bareUnit: 'count/min', times: 'moment' },
  },
  StepsRecord: { measure: 'steps', dimension: 'count', field: 'count', bareUnit: 'count', times: 'interval' },
  DistanceRecord: { measure: 'distance', dimension: 'length', field: 'distance', bareUnit: null, times: 'interval' },
  ActiveCaloriesBurnedRecord: {
    ...{ measure: 'active_energy', dimension: 'energy', field: 'energy', bareUnit: null, times: 'interval' },
  },
  RestingHeartRateRecord: {
    ...{ measure: 'resting_heart_rate', dimension: 'per_minute', field: 'beatsPerMinute' },
    ...{ bareUnit: 'bpm', times: 'moment' },
  },
  HeartRateVariabilityRmssdRecord: {
    ...{ measure: 'hrv_rmssd', dimension: 'duration', field: 'heartRateVariabilityMillis' },
    ...{ bareUnit: 'milliseconds', times: 'moment' },
  },
  WeightRecord: { measure: 'weight', dimension: 'mass', field: 'weight', bareUnit: null, times: 'moment' },
  BloodGlucoseRecord: {
    measure: 'blood_glucose',
    dimension: 'glucose',
    field: 'level',
    bareUnit: null,
    times: 'moment',
  },
};
export const EXERCISE_TYPE = 'ExerciseSessionRecord';
const MAX_SAMPLES = 50_000;
export const MAX_ROUTE_POINTS = 100_000;

/**
 * One record of Health Connect as JSON: the records of `androidx.health.connect.client.records` with the names of their
 * fields and `recordType`, times as text, lengths, energies and so on as `value` and `unit`.
 */
export function mapHealthConnectRecord(said: Fields, nowMs: number): MappedRecord {
  const checks = new RecordChecks(nowMs);
  const type = checks.text(said, 'recordType');
  const shape = Object.hasOwn(HEALTH_CONNECT_TYPES, type) ? HEALTH_CONNECT_TYPES[type] : undefined;
  if (checks.rules.length === 0 && shape === undefined && type !== EXERCISE_TYPE) return { outcome: 'not_taken', type };
  const metadata = checks.within(said, 'metadata');
  const id = checks.text(metadata, 'id', 'metadata/id');
  const origin = originOf(metadata, checks);
  const isMoment = shape?.times === 'moment';
  const startMs = isMoment ? checks.time(said, 'time') : 0;
  const span = isMoment ? { startMs, endMs: startMs } : checks.span(said, 'startTime', 'endTime');
  const content = shape === undefined ? sessionOf(said, span, checks) : contentOf(said, shape, span, checks);
  if (checks.rules.length > 0) return { outcome: 'broken', rules: checks.rules };
  return { outcome: 'taken', record: { id, origin, ...span, content } };
}

function originOf(metadata: Fields, checks: RecordChecks): HealthOrigin {
  const from = checks.within(metadata, 'dataOrigin', 'metadata/dataOrigin');
  const app = checks.text(from, 'packageName', 'metadata/dataOrigin/packageName');
  const device = checks.within(metadata, 'device', 'metadata/device');
  const names = ['manufacturer', 'model'].map((name) => checks.optionalText(device, name, `metadata/device/${name}`));
  return { store: 'health_connect', app, device: names.filter((name) => name !== '').join(' ') };
}

function contentOf(
  said: Fields,
  shape: RecordShape,
  { startMs }: { startMs: number },
  checks: RecordChecks,
): HealthContent {
  const { measure } = shape;
  if (shape.times === 'samples') return samplesOf(said, shape, checks);
  const value = measuredValue(said, shape, '', checks);
  const { kind } = measureNamed(measure);
  return kind === 'samples' ? { kind, measure, timesMs: [startMs], values: [value] } : { kind, measure, value };
}

function samplesOf(said: Fields, shape: RecordShape, checks: RecordChecks): SamplesContent {
  const list = checks.list(said, 'samples');
  if (list.length === 0 || list.length > MAX_SAMPLES) checks.broken('samples', `there are 1 to ${MAX_SAMPLES}`);
  const samples = list.slice(0, MAX_SAMPLES).map((sample, i) => ({
    timeMs: checks.time(sample, 'time', `samples/${i}/time`),
    value: measuredValue(sample, shape, `samples/${i}/`, checks),
  }));
  const sorted = inOrder(samples);
  const { measure } = shape;
  return { kind: 'samples', measure, timesMs: sorted.map((one) => one.timeMs), values: sorted.map((one) => one.value) };
}

function measuredValue(fields: Fields, shape: RecordShape, path: string, checks: RecordChecks): number {
  const { measure, dimension, field, bareUnit, factor = 1 } = shape;
  const paths = { value: path + field, unit: `${path}${field}/unit` };
  if (bareUnit !== null) {
    const value = checks.number(fields, field, paths.value) * factor;
    return checks.measured({ value, unit: bareUnit, measure, dimension }, paths);
  }
  const quantity = fields[field];
  if (!isFields(quantity)) {
    checks.broken(paths.value, 'it is an object of value and unit');
    return 0;
  }
  const value = checks.number(quantity, 'value', `${paths.value}/value`);
  const unit = checks.text(quantity, 'unit', paths.unit);
  if (unit === '') return value;
  return checks.measured({ value, unit, measure, dimension }, { ...paths, value: `${paths.value}/value` });
}

/** Segments that are pauses (`EXERCISE_SEGMENT_TYPE_PAUSE`, `…_REST`). */
const PAUSE_SEGMENTS = [39, 44];

function sessionOf(said: Fields, span: { startMs: number; endMs: number }, checks: RecordChecks): WorkoutContent {
  const sport = healthConnectSport(said.exerciseType);
  if (sport === null) checks.broken('exerciseType', 'it is one of ExerciseSessionRecord.EXERCISE_TYPE_…');
  const spansOf = (name: 'laps' | 'segments') =>
    checks.list(said, name).map((one, i) => ({
      startMs: checks.time(one, 'startTime', `${name}/${i}/startTime`),
      endMs: checks.time(one, 'endTime', `${name}/${i}/endTime`),
      type: one.segmentType,
    }));
  const isWithin = (timeMs: number) => timeMs > span.startMs && timeMs < span.endMs;
  const laps = spansOf('laps').map(({ startMs }) => startMs);
  const pauses = spansOf('segments')
    .filter(({ type }) => PAUSE_SEGMENTS.includes(type as number))
    .flatMap(({ startMs, endMs }) => [
      { timeMs: startMs, type: 'pause' as const },
      { timeMs: endMs, type: 'resume' as const },
    ]);
  const points = checks.list(checks.within(said, 'exerciseRoute'), 'route', 'exerciseRoute/route');
  if (points.length > MAX_ROUTE_POINTS)
    checks.broken('exerciseRoute/route', `it has at most ${MAX_ROUTE_POINTS} points`);
  const route = points
    .slice(0, MAX_ROUTE_POINTS)
    .map((point, i) => routePointOf(point, `exerciseRoute/route/${i}`, checks));
  return {
    ...{ kind: 'workout', sport: sport ?? 'other', route: inOrder(route) },
    pauses: inOrder(pauses.filter(({ timeMs }) => isWithin(timeMs))),
    lapStartsMs: [...new Set(laps)].filter(isWithin).sort((a, b) => a - b),
  };
}

/** An `ExerciseRoute.Location`; where it broke a rule, `checks` say so. */
export function routePointOf(point: Fields, path: string, checks: RecordChecks): RoutePoint {
  const meters = (name: string) => metersOf(point, name, path, checks);
  const [altitudeM, horizontalAccuracyM] = [meters('altitude'), meters('horizontalAccuracy')];
  return {
    ...{ timeMs: checks.time(point, 'time', `${path}/time`), ...checks.place(point, path) },
    ...(altitudeM !== undefined && { altitudeM }),
    ...(horizontalAccuracyM !== undefined && { horizontalAccuracyM }),
  };
}

function metersOf(point: Fields, name: string, path: string, checks: RecordChecks): number | undefined {
  const quantity = point[name];
  if (quantity === undefined || quantity === null) return undefined;
  const shape = { measure: 'distance', dimension: 'length', field: name, bareUnit: null } as const;
  if (!isFields(quantity)) return void checks.broken(`${path}/${name}`, 'it is an object of value and unit');
  const value = checks.number(quantity, 'value', `${path}/${name}/value`);
  // A height may lie below the sea, which no distance does.
  const meters = checks.measured(
    { ...shape, value: Math.abs(value), unit: checks.text(quantity, 'unit', `${path}/${name}/unit`) },
    { value: `${path}/${name}/value`, unit: `${path}/${name}/unit` },
  );
  return Math.sign(value) * meters;
}
