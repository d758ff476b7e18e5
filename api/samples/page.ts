import { Type } from 'typebox';
import { ALL_CHANNELS, type Channel, KINDS } from '../../schemas/channels.ts';
import type { SamplesQuestion } from './query.ts';
import type { BucketValue, SampleBucket, SampleRow } from './reader.ts';

const closed = { additionalProperties: false };
const Value = (description: string) => Type.Unsafe<number | null>({ type: ['number', 'null'], description });
const inWords = ({ description, unit, scale }: Channel) => `${description}, ${unit}; raw: × ${scale}`;
const byChannel = <Schema>(schemaOf: (channel: Channel) => Schema): Record<string, Schema> =>
  Object.fromEntries(ALL_CHANNELS.map((channel) => [channel.name, schemaOf(channel)]));

const Range = {
  device: Type.String(),
  kind: Type.Enum(KINDS, { type: 'string' }),
  from: Type.String({ format: 'date-time' }),
  fromMs: Type.Integer(),
  to: Type.String({ format: 'date-time' }),
  toMs: Type.Integer(),
  raw: Type.Boolean({ description: 'True when values are integers, × scale' }),
};
const NextCursor = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  description: 'Give it as `cursor` to read on; null on the last page.',
});

const Sample = Type.Object(
  {
    ts: Type.String({
      format: 'date-time',
      description: "Event time: the device's time, corrected by its clock offset",
    }),
    tsMs: Type.Integer({ description: 'The same, ms since the epoch' }),
    deviceTimeMs: Type.Integer({ description: 'What the clock of the device said' }),
    source: Type.String({ description: 'The time axis of the device that the sample is on' }),
    boot: Type.String({ pattern: '^[0-9a-f]{16}$' }),
    seq: Type.Integer({ description: 'Of the frame that brought it' }),
    channels: Type.Object(
      byChannel((channel) => Type.Optional(Value(inWords(channel)))),
      { ...closed, description: 'Each channel that was asked for; null where the sample does not carry it' },
    ),
  },
  closed,
);

const Folded = ({ rollUp }: Channel) =>
  rollUp === 'last'
    ? Type.Object({ last: Type.Number() }, closed)
    : Type.Object({ n: Type.Integer(), avg: Type.Number(), min: Type.Number(), max: Type.Number() }, closed);

const Bucket = Type.Object(
  {
    start: Type.String({ format: 'date-time' }),
    startMs: Type.Integer(),
    source: Type.String(),
    samples: Type.Integer({ description: 'Samples in the bucket, whatever they carry' }),
    channels: Type.Object(
      byChannel((channel) =>
        Type.Optional(Type.Union([Folded(channel), Type.Null()], { description: inWords(channel) })),
      ),
      { ...closed, description: 'Each channel that was asked for; null where no sample of the bucket carries it' },
    ),
  },
  closed,
);

const SamplesPage = Type.Object(
  { ...Range, samples: Type.Array(Sample), nextCursor: NextCursor },
  { ...closed, title: 'Samples', description: 'Without `step`: in the order of event time, source, boot' },
);
const BucketsPage = Type.Object(
  { ...Range, stepMs: Type.Integer(), buckets: Type.Array(Bucket), nextCursor: NextCursor },
  { ...closed, title: 'Buckets', description: 'With `step`: in the order of start, source; empty ones are left out' },
);

export const Page = Type.Union([SamplesPage, BucketsPage]);

/** `rows` may hold one more than the limit: then there is a next page. */
export function samplesPage(question: SamplesQuestion, rows: readonly SampleRow[]): Type.Static<typeof SamplesPage> {
  const { channels, limit, raw } = question;
  const whole = rows.length <= limit ? rows : rows.slice(0, limit);
  return {
    ...rangeOf(question),
    samples: whole.map(({ tsMs, deviceTimeMs, source, boot, seq, values }) => ({
      ts: new Date(tsMs).toISOString(),
      tsMs,
      deviceTimeMs,
      source,
      boot,
      seq,
      channels: valuesByName(channels, (channel, c) => scaled(channel, values[c], raw)),
    })),
    nextCursor: rows.length > limit ? question.cursorAfter(keyOf(whole[limit - 1])) : null,
  };
}

/** `buckets` may hold one more than the limit: then there is a next page. */
export function bucketsPage(
  question: SamplesQuestion & { stepMs: number },
  buckets: readonly SampleBucket[],
): Type.Static<typeof BucketsPage> {
  const { channels, limit, raw, stepMs } = question;
  const whole = buckets.length <= limit ? buckets : buckets.slice(0, limit);
  const last = whole[limit - 1];
  return {
    ...rangeOf(question),
    stepMs,
    buckets: whole.map(({ startMs, source, samples, values }) => ({
      start: new Date(startMs).toISOString(),
      startMs,
      source,
      samples,
      channels: valuesByName(channels, (channel, c) => folded(channel, values[c], raw)),
    })),
    nextCursor:
      buckets.length > limit ? question.cursorAfter({ tsMs: last.startMs, source: last.source, boot: '' }) : null,
  };
}

function rangeOf({ device, kind, fromMs, toMs, raw }: SamplesQuestion) {
  const from = new Date(fromMs).toISOString();
  const to = new Date(toMs).toISOString();
  return { device, kind, from, fromMs, to, toMs, raw };
}

function keyOf({ tsMs, source, boot }: SampleRow) {
  return { tsMs, source, boot };
}

function valuesByName<Value>(channels: readonly Channel[], valueFor: (channel: Channel, index: number) => Value) {
  const named: Record<string, Value> = {};
  for (let c = 0; c < channels.length; c++) named[channels[c].name] = valueFor(channels[c], c);
  return named;
}

function scaled({ scale }: Channel, value: number | null, raw: boolean): number | null {
  return value === null || raw ? value : value / scale;
}

function folded({ scale }: Channel, value: BucketValue | null, raw: boolean) {
  if (value === null) return null;
  const by = raw ? 1 : scale;
  if ('last' in value) return { last: value.last / by };
  const { n, sum, min, max } = value;
  return { n, avg: sum / n / by, min: min / by, max: max / by };
}
