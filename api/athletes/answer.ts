import { Type } from 'typebox';
import { type AthleteSettings, GEAR_KINDS } from '../../schemas/athlete-settings.ts';
import { SPORTS } from '../../schemas/events.ts';
import type { LoadNumbers } from '../../schemas/gear-load.ts';
import { RECORD_KINDS, unitOfRecord } from '../../schemas/record.ts';
import type { GearTotal, HeldRecord, PublishedClaim } from './reader.ts';

const closed = { additionalProperties: false };
const nullable = <Value>(type: string, description: string) =>
  Type.Unsafe<Value | null>({ type: [type, 'null'], description });
const time = (description: string) => Type.String({ format: 'date-time', description });

const Claim = Type.Object(
  {
    revision: Type.Integer({ description: 'Grows with everything that is said of this record' }),
    status: Type.Enum(['set', 'withdrawn'], {
      type: 'string',
      description: '`withdrawn` says that later data disproved what was set before',
    }),
    value: Type.Number({ description: 'In the unit of the record' }),
    activity: Type.String({ description: 'The activity that it was set in' }),
    activityRevision: Type.Integer(),
    start: time('Where in the activity it begins'),
    startMs: Type.Integer(),
    end: time('Where it ends'),
    endMs: Type.Integer(),
    interpolated: nullable<number>('number', 'Share of its seconds that was filled in; null when it was not kept'),
    replaces: Type.Union(
      [Type.Object({ value: Type.Number(), activity: Type.String(), startMs: Type.Integer() }, closed), Type.Null()],
      { description: 'The record that it beat' },
    ),
    knownAt: time('When it was known'),
  },
  closed,
);

const UNITS = ['s', 'W', 'm'] as const;

const RecordSchema = Type.Object(
  {
    sport: Type.Enum(SPORTS, { type: 'string' }),
    kind: Type.Enum(RECORD_KINDS, {
      type: 'string',
      description: 'Least time over a distance, greatest mean power over a time, most in one activity',
    }),
    name: Type.String({ description: 'Such as `5 km`, `300 s`, `climb`' }),
    unit: Type.Enum(UNITS, { type: 'string' }),
    now: Claim,
    history: Type.Array(Claim, { description: 'All that was said of it, the newest first, at most 50' }),
  },
  closed,
);

export const AthleteRecords = Type.Object(
  { records: Type.Array(RecordSchema, { description: 'Those that hold, by sport, kind and name' }) },
  { ...closed, title: 'Records' },
);

const Load = Type.Object(
  {
    distanceM: nullable<number>('number', 'Way'),
    movingS: nullable<number>('number', 'Time moving'),
    elevationGainM: nullable<number>('number', 'Climb'),
    impacts: nullable<number>('number', 'Foot strikes of both feet'),
    wetS: nullable<number>('number', 'Time moving in the wet'),
  },
  { ...closed, description: 'Null is what nothing measured' },
);

const GearSchema = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum(GEAR_KINDS, { type: 'string' }),
    name: nullable<string>('string', 'Null for gear that is not in the settings any more'),
    from: nullable<string>('string', 'First day in use'),
    until: nullable<string>('string', 'First day on which it was not in use any more'),
    measured: Load,
    total: Load,
    activities: Type.Integer(),
    markedActivities: Type.Integer({ description: 'Activities with poor evidence for some number' }),
    firstUsed: nullable<string>('string', 'Start of the first activity that counts'),
    lastUsed: nullable<string>('string', 'End of the last one'),
    airTemperatureC: Type.Union([Type.Object({ min: Type.Number(), max: Type.Number() }, closed), Type.Null()]),
  },
  { ...closed, description: '`total` is what was measured and what the gear had done before it came into use' },
);

export const AthleteGear = Type.Object(
  {
    settingsVersion: Type.Integer({ description: 'Of the settings that name the gear; 0 when nothing was stated' }),
    gear: Type.Array(GearSchema, { description: 'In the order of the settings, then what they name no more' }),
  },
  { ...closed, title: 'Gear' },
);

const iso = (timeMs: number) => new Date(timeMs).toISOString();

export function recordAnswer({ now, history }: HeldRecord): Type.Static<typeof RecordSchema> {
  const { sport, kind, name } = now;
  return {
    sport,
    kind,
    name,
    unit: unitOfRecord(kind, name),
    now: claimAnswer(now),
    history: history.map(claimAnswer),
  };
}

function claimAnswer(claim: PublishedClaim): Type.Static<typeof Claim> {
  const { revision, status, value, activity, activityRevision, startMs, endMs, interpolated, replaces } = claim;
  return {
    ...{ revision, status, value, activity, activityRevision, startMs, endMs, interpolated, replaces },
    start: iso(startMs),
    end: iso(endMs),
    knownAt: iso(claim.knownAtMs),
  };
}

export function gearAnswer(settings: AthleteSettings, totals: readonly GearTotal[]): Type.Static<typeof AthleteGear> {
  const stated = settings.gear ?? [];
  const byId = new Map(totals.map((total) => [total.gear, total]));
  const named = stated.map(({ id, kind, name, from, until = null, startLoad = {} }) => ({
    ...{ id, kind, name, from, until },
    ...loadAnswer(byId.get(id), startLoad),
  }));
  const unnamed = totals
    .filter(({ gear }) => !stated.some(({ id }) => id === gear))
    .map((total) => ({
      ...{ id: total.gear, kind: total.kind, name: null, from: null, until: null },
      ...loadAnswer(total, {}),
    }));
  return { settingsVersion: settings.version, gear: [...named, ...unnamed] };
}

const NAMES = ['distanceM', 'movingS', 'elevationGainM', 'impacts', 'wetS'] as const satisfies (keyof LoadNumbers)[];

function loadAnswer(total: GearTotal | undefined, before: Partial<Record<keyof LoadNumbers, number>>) {
  const numbers = (of: (name: keyof LoadNumbers) => number | null) =>
    Object.fromEntries(NAMES.map((name) => [name, of(name)])) as unknown as LoadNumbers;
  const measured = numbers((name) => total?.[name] ?? null);
  return {
    measured,
    total: numbers((name) => {
      const [now, then] = [measured[name], before[name] ?? null];
      return now === null && then === null ? null : (now ?? 0) + (then ?? 0);
    }),
    activities: total?.activities ?? 0,
    markedActivities: total?.markedActivities ?? 0,
    firstUsed: total === undefined ? null : iso(total.firstUsedMs),
    lastUsed: total === undefined ? null : iso(total.lastUsedMs),
    airTemperatureC: total?.airTemperatureC ?? null,
  };
}
