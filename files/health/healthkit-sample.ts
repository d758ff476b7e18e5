import type { HealthOrigin, MappedRecord, RoutePoint, ValueContent, WorkoutContent } from './health-record.ts';
import { HEALTHKIT_TYPES, type KnownType, WORKOUT_TYPE } from './healthkit-types.ts';
import { measureNamed } from './measures.ts';
import { type Fields, inOrder, isFields, RecordChecks } from './record-checks.ts';
import { healthKitSport } from './workout-sports.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MAX_ROUTE_POINTS = 100_000;

/**
 * One sample of HealthKit as JSON: `HKQuantitySample` and `HKWorkout` with the names of their properties
 * (https://developer.apple.com/documentation/healthkit), dates as text, a quantity as `value` and `unit`
 * (`HKUnit.unitString`), a workout with its events and the locations of its route.
 */
export function mapHealthKitSample(sample: Fields, nowMs: number): MappedRecord {
  const checks = new RecordChecks(nowMs);
  const type = checks.text(sample, 'type');
  const known = HEALTHKIT_TYPES.get(type);
  if (checks.rules.length === 0 && known === undefined && type !== WORKOUT_TYPE) return { outcome: 'not_taken', type };
  const id = checks.text(sample, 'uuid').toLowerCase();
  if (id !== '' && !UUID.test(id)) checks.broken('uuid', 'it is a UUID');
  const origin = originOf(sample, checks);
  const metadata = checks.within(sample, 'metadata');
  checks.timeZone(metadata.HKTimeZone, 'metadata/HKTimeZone');
  const span = checks.span(sample, 'startDate', 'endDate');
  const content =
    known === undefined
      ? workoutOf(sample, metadata, span, checks)
      : quantityOf(known, checks.number(sample, 'value'), checks.text(sample, 'unit'), checks);
  if (checks.rules.length > 0) return { outcome: 'broken', rules: checks.rules };
  const { startMs, endMs } = span;
  if (content.kind === 'workout' || known === undefined) {
    return { outcome: 'taken', record: { id, origin, startMs, endMs, content } };
  }
  return { outcome: 'taken', record: { id, origin, startMs, endMs, content: asKind(content, startMs, endMs) } };
}

/** A value as its measure is kept: samples are of the middle of the interval that they were measured in. */
export function asKind(content: ValueContent, startMs: number, endMs: number) {
  const { measure, value } = content;
  if (measureNamed(measure).kind !== 'samples') return content;
  const timesMs = [Math.round((startMs + endMs) / 2)];
  return { kind: 'samples' as const, measure, timesMs, values: [value] };
}

function originOf(sample: Fields, checks: RecordChecks): HealthOrigin {
  const revision = checks.within(sample, 'sourceRevision');
  const source = checks.within(revision, 'source', 'sourceRevision/source');
  const app = checks.text(source, 'name', 'sourceRevision/source/name');
  const device = checks.within(sample, 'device');
  const said = (name: string) => checks.optionalText(device, name, `device/${name}`);
  return { store: 'healthkit', app, device: said('hardwareVersion') || said('model') || said('name') };
}

function quantityOf(
  { measure, dimension }: KnownType,
  value: number,
  unit: string,
  checks: RecordChecks,
): ValueContent {
  const { kind } = measureNamed(measure);
  const ours =
    unit === '' ? value : checks.measured({ value, unit, measure, dimension }, { value: 'value', unit: 'unit' });
  return { kind: kind === 'amount' ? 'amount' : 'level', measure, value: ours };
}

function workoutOf(
  sample: Fields,
  metadata: Fields,
  span: { startMs: number; endMs: number },
  checks: RecordChecks,
): WorkoutContent {
  const isIndoor = [true, 1, '1'].includes(metadata.HKIndoorWorkout as never);
  const isOpenWater = [2, '2'].includes(metadata.HKSwimmingLocationType as never);
  const sport = healthKitSport(sample.workoutActivityType, { isIndoor, isOpenWater });
  if (sport === null) checks.broken('workoutActivityType', 'it is an HKWorkoutActivityType, by name or number');
  const events = checks.list(sample, 'workoutEvents').map((event, i) => eventOf(event, `workoutEvents/${i}`, checks));
  const points = checks.list(sample, 'route');
  if (points.length > MAX_ROUTE_POINTS) checks.broken('route', `it has at most ${MAX_ROUTE_POINTS} points`);
  const route = points.slice(0, MAX_ROUTE_POINTS).map((point, i) => locationOf(point, `route/${i}`, checks));
  return { kind: 'workout', sport: sport ?? 'other', ...timerOf(events, span), route: inOrder(route) };
}

export interface HealthKitEvent {
  readonly type: string;
  readonly timeMs: number;
  readonly durationMs: number;
}

const EVENT_PREFIX = 'HKWorkoutEventType';
const EVENTS: readonly string[] = [
  ...['', 'Pause', 'Resume', 'Lap', 'Marker', 'MotionPaused', 'MotionResumed', 'Segment', 'PauseOrResumeRequest'],
];

/** `type` by name or by its number; `dateInterval` of an event that lasts, else `date`. */
function eventOf(event: Fields, path: string, checks: RecordChecks): HealthKitEvent {
  const { type, dateInterval } = event;
  const name = typeof type === 'number' ? EVENTS[type] : String(type).replace(EVENT_PREFIX, '');
  if (name === undefined || name === '' || !EVENTS.includes(name)) {
    checks.broken(`${path}/type`, 'it is an HKWorkoutEventType, by name or number');
  }
  if (!isFields(dateInterval)) {
    return { type: name, timeMs: checks.time(event, 'date', `${path}/date`), durationMs: 0 };
  }
  const timeMs = checks.time(dateInterval, 'start', `${path}/dateInterval/start`);
  const seconds = checks.optionalNumber(dateInterval, 'duration', `${path}/dateInterval/duration`) ?? 0;
  return { type: name, timeMs, durationMs: Math.max(0, Math.round(seconds * 1_000)) };
}

/**
 * Pauses, by hand or because nobody moved, and where one lap ends and the next begins. Segments are HealthKit's own
 * kilometres, and markers part nothing.
 */
export function timerOf(events: readonly HealthKitEvent[], { startMs, endMs }: { startMs: number; endMs: number }) {
  const isWithin = (timeMs: number) => timeMs > startMs && timeMs < endMs;
  const isPause = (type: string) => type === 'Pause' || type === 'MotionPaused';
  const isResume = (type: string) => type === 'Resume' || type === 'MotionResumed';
  const timed = events.filter(({ timeMs }) => isWithin(timeMs));
  const pauses = timed.flatMap(({ type, timeMs }): WorkoutContent['pauses'] => {
    if (isPause(type)) return [{ timeMs, type: 'pause' as const }];
    return isResume(type) ? [{ timeMs, type: 'resume' as const }] : [];
  });
  const lapStarts = events.filter(({ type }) => type === 'Lap').map(({ timeMs, durationMs }) => timeMs + durationMs);
  const lapStartsMs = [...new Set(lapStarts)].filter(isWithin).sort((a, b) => a - b);
  return { pauses: inOrder(pauses), lapStartsMs };
}

/** A `CLLocation`: below zero it says that it does not know. */
function locationOf(point: Fields, path: string, checks: RecordChecks): RoutePoint {
  const timeMs = checks.time(point, 'timestamp', `${path}/timestamp`);
  const altitudeM = checks.optionalNumber(point, 'altitude', `${path}/altitude`);
  const accuracy = checks.optionalNumber(point, 'horizontalAccuracy', `${path}/horizontalAccuracy`);
  const speed = checks.optionalNumber(point, 'speed', `${path}/speed`);
  return {
    ...{ timeMs, ...checks.place(point, path) },
    ...(altitudeM !== undefined && { altitudeM }),
    ...(accuracy !== undefined && accuracy >= 0 && { horizontalAccuracyM: accuracy }),
    ...(speed !== undefined && speed >= 0 && { speedMps: speed }),
  };
}
