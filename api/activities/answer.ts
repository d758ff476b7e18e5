import { Type } from 'typebox';
import { ABSENCES, type ActivityMetrics, MARKS, type Metric, type Split } from '../../schemas/activity-metrics.ts';
import { type Channel, channelsOf } from '../../schemas/channels.ts';
import { SPORTS } from '../../schemas/events.ts';
import { type ListedActivity, type StoredActivity, SUMMARY_METRICS, type SummaryMetrics } from './reader.ts';
import { explained, Origins, originsAnswer } from './sources.ts';
import type { StreamBucket, Streams, StreamsQuestion } from './streams.ts';

const closed = { additionalProperties: false };
const meanings = (of: Readonly<Record<string, string>>) =>
  Object.entries(of)
    .map(([name, meaning]) => `\`${name}\`: ${meaning}`)
    .join(' ');
const nullable = <Value>(type: string, description?: string) =>
  Type.Unsafe<Value | null>({ type: [type, 'null'], ...(description && { description }) });

const QualitySchema = Type.Object(
  {
    missing: Type.Number({ description: 'Share of the seconds that were neither measured nor filled in' }),
    interpolated: Type.Number({ description: 'Share that was filled in from the neighbours' }),
    rejected: Type.Number({ description: 'Share that was measured, but not believed' }),
    gps: Type.Union([
      Type.Object({ fixes: Type.Integer(), rejected: Type.Integer(), accuracyM: nullable<number>('number') }, closed),
      Type.Null(),
    ]),
    marks: Type.Array(Type.String({ enum: Object.keys(MARKS) }), {
      description: `What is wrong with the evidence; a value with a mark is not claimed. ${meanings(MARKS)}`,
    }),
  },
  closed,
);

const metricOf = <Value extends Type.TSchema>(value: Value, description: string) =>
  Type.Object(
    {
      value: Type.Union([value, Type.Null()]),
      absent: Type.Optional(
        Type.String({ enum: Object.keys(ABSENCES), description: `Why there is no value. ${meanings(ABSENCES)}` }),
      ),
      quality: QualitySchema,
    },
    { ...closed, description },
  );

const AnyMetric = metricOf(
  Type.Unknown(),
  'A number in the unit of its name, or what else schemas/activity-metrics.ts says',
);

const orNull = (schema: Type.TSchema, description?: string) =>
  Type.Union([schema, Type.Null()], { ...(description && { description }) });

const SplitsSchema = metricOf(
  Type.Array(
    Type.Object(
      {
        distanceM: Type.Number(),
        endS: Type.Number({ description: "Elapsed since the activity's start" }),
        elapsedS: Type.Number(),
        movingS: Type.Number(),
        heartRateBpm: nullable<number>('number'),
        elevationGainM: Type.Number(),
        elevationLossM: Type.Number(),
      },
      closed,
    ),
  ),
  'In the order of the road',
);
const Splits = (description: string) => Type.Unsafe<Metric<readonly Split[]> | null>(orNull(SplitsSchema, description));

const Head = {
  id: Type.String(),
  athlete: Type.String(),
  status: Type.Enum(['live', 'finished'], { type: 'string' }),
  revision: Type.Integer({ description: 'Grows with every change; late data makes a new one' }),
  origin: Type.Enum(['device', 'stream'], {
    type: 'string',
    description: 'Whether the device said when it began and ended, or the data alone show it',
  }),
  sport: Type.Enum(SPORTS, { type: 'string' }),
  start: Type.String({ format: 'date-time' }),
  startMs: Type.Integer(),
  end: Type.String({ format: 'date-time', description: 'Of what counts so far' }),
  endMs: Type.Integer(),
  follows: nullable<string>('string', 'The activity before it in the same multisport event'),
  devices: Type.Array(Type.String()),
  settingsVersion: Type.Integer({
    description: "Of the athlete's settings that the metrics were computed with; 0 when nothing was stated",
  }),
};

const Listed = Type.Object(
  {
    ...Head,
    summary: Type.Unsafe<SummaryMetrics>(
      Type.Object(Object.fromEntries(SUMMARY_METRICS.map((name) => [name, Type.Optional(AnyMetric)])), closed),
    ),
  },
  closed,
);

export const ActivityList = Type.Object(
  {
    activities: Type.Array(Listed, { description: 'The one that goes on first, then the newest first' }),
    isLiveKnown: Type.Boolean({
      description: 'False when whoever knows what goes on right now gave no answer: something may be missing',
    }),
    nextCursor: nullable<string>('string', 'Give it as `cursor` to read on; null on the last page.'),
  },
  { ...closed, title: 'Activities' },
);

export const ActivityDetail = Type.Object(
  {
    ...Head,
    versions: Type.Unsafe<Readonly<Record<string, number>>>(
      Type.Record(Type.String(), Type.Integer(), { description: 'Of the algorithms that computed the metrics' }),
    ),
    origins: Origins,
    metrics: Type.Unsafe<ActivityMetrics | null>(orNull(Type.Record(Type.String(), AnyMetric))),
  },
  { ...closed, title: 'Activity' },
);

const revisionOnly = { id: Head.id, status: Head.status, revision: Head.revision };

export const ActivityLaps = Type.Object(
  {
    ...revisionOnly,
    laps: Splits('As the athlete or the device marked them'),
    splits_metric: Splits('Every kilometre, or what the sport counts in'),
    splits_imperial: Splits('The same in miles or yards'),
  },
  { ...closed, title: 'Laps' },
);

const Column = Type.Array(nullable<number>('number'));
const From = Type.Array(nullable<number>('integer'), { description: 'Place in `sources` of who gave each value' });
const columnsOf = ({ rollUp }: Channel) =>
  rollUp === 'last'
    ? Type.Object({ from: From, last: Column }, closed)
    : Type.Object({ from: From, avg: Column, min: Column, max: Column }, closed);

export const ActivityStreams = Type.Object(
  {
    ...revisionOnly,
    fromMs: Type.Integer(),
    toMs: Type.Integer(),
    stepMs: Type.Integer({ description: 'Length of a bucket; they are counted from the epoch' }),
    sources: Type.Array(Type.String(), { description: 'Who measured: `device/source`, the best ranked first' }),
    startMs: Type.Array(Type.Integer(), { description: 'Of each bucket with samples, in order of time' }),
    channels: Type.Object(
      Object.fromEntries(
        channelsOf('samples').map((channel) => [
          channel.name,
          Type.Optional(
            Type.Unsafe<Record<string, (number | null)[]>>({
              ...columnsOf(channel),
              description: `${channel.description}, ${channel.unit}`,
            }),
          ),
        ]),
      ),
      { ...closed, description: 'Columns as long as `startMs`; null where nobody measured' },
    ),
  },
  { ...closed, title: 'Streams' },
);

/** What was withdrawn is never read. */
function revisionOf({ id, status, revision }: Pick<StoredActivity, 'id' | 'status' | 'revision'>) {
  return { id, status: status as 'live' | 'finished', revision };
}

function headOf(activity: Omit<StoredActivity, 'metrics' | 'versions' | 'origins'>) {
  const { athlete, origin, sport, startMs, endMs, follows, devices, settingsVersion } = activity;
  return {
    ...revisionOf(activity),
    athlete,
    origin,
    sport,
    start: new Date(startMs).toISOString(),
    startMs,
    end: new Date(endMs).toISOString(),
    endMs,
    follows: follows === '' ? null : follows,
    devices: [...devices],
    settingsVersion,
  };
}

export function listedAnswer(activity: ListedActivity) {
  return { ...headOf(activity), summary: activity.summary };
}

export function detailAnswer(activity: StoredActivity) {
  const { versions, origins, metrics } = activity;
  return { ...headOf(activity), versions, origins: originsAnswer(origins), metrics };
}

export function lapsAnswer(activity: StoredActivity) {
  const { laps = null, splits_metric = null, splits_imperial = null } = activity.metrics ?? {};
  return { ...revisionOf(activity), laps, splits_metric, splits_imperial };
}

export function sourcesAnswer(activity: StoredActivity) {
  return { ...revisionOf(activity), ...explained(activity.origins) };
}

export function streamsAnswer(
  activity: StoredActivity,
  { channels, fromMs, toMs, stepMs }: StreamsQuestion,
  { sources, buckets }: Streams,
) {
  const column = (c: number, read: (value: NonNullable<StreamBucket['values'][number]>) => number) =>
    buckets.map(({ values }) => {
      const value = values[c];
      return value === null ? null : read(value) / channels[c].scale;
    });
  const columns = channels.map(({ name, rollUp }, c) => {
    const from = buckets.map((bucket) => bucket.from[c]);
    if (rollUp === 'last')
      return [name, { from, last: column(c, (value) => ('last' in value ? value.last : Number.NaN)) }];
    const fold = (of: (value: { n: number; sum: number; min: number; max: number }) => number) =>
      column(c, (value) => ('last' in value ? Number.NaN : of(value)));
    return [
      name,
      { from, avg: fold(({ sum, n }) => sum / n), min: fold(({ min }) => min), max: fold(({ max }) => max) },
    ];
  });
  return {
    ...revisionOf(activity),
    ...{ fromMs, toMs, stepMs },
    sources: [...sources],
    startMs: buckets.map(({ startMs }) => startMs),
    channels: Object.fromEntries(columns),
  };
}
