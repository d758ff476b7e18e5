import { Type } from 'typebox';
import { type Channel, channelsOf, KINDS, type Kind } from '../../schemas/channels.ts';
import { FILE_SOURCE_PATTERN, MAX_SOURCES_PER_DEVICE, SOURCE_PATTERN } from '../../schemas/identity.ts';
import { invalidParameter } from '../problem.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { ROLLUP_STEP_MS } from './resample.ts';

export const MAX_LIMIT = 10_000;
const DEFAULT_LIMIT = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How much time one question may cover: samples are read one by one, roll-ups ten seconds at a time. */
export const MAX_RAW_RANGE_MS = 31 * DAY_MS;
export const MAX_ROLLED_UP_RANGE_MS = 366 * DAY_MS;
const MIN_STEP_MS = 1_000;
const MAX_STEP_MS = DAY_MS;
/** ClickHouse's DateTime64 ends here. */
export const MAX_TIME_MS = Date.UTC(2299, 11, 31);

const TIME = String.raw`\d{1,14}|\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)`;
const STEP = /^(\d{1,5})(s|m|h|d)$/;
const STEP_UNIT_MS = { s: 1_000, m: 60_000, h: HOUR_MS, d: DAY_MS } as const;

/** A moment, as a parameter. */
export const TimeParameter = (description: string) =>
  Type.Optional(
    Type.String({ pattern: `^(${TIME})$`, description, examples: ['2026-06-01T08:00:00Z', '1780300800000'] }),
  );

export const SamplesQuery = Type.Object(
  {
    from: TimeParameter('First event time: RFC 3339, or ms since the epoch. An hour before `to` when left out.'),
    to: TimeParameter('Event time before which the range ends. Now when left out.'),
    kind: Type.Optional(
      Type.Enum(KINDS, {
        type: 'string',
        default: 'samples',
        description: 'Ordinary samples, or the intervals between heart beats.',
      }),
    ),
    sources: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9_:]+(,[a-z0-9_:]+)*$',
        maxLength: 1_000,
        description: 'Only these sources, separated by commas. Every source when left out.',
        examples: ['gps,hr'],
      }),
    ),
    channels: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9_]+(,[a-z0-9_]+)*$',
        maxLength: 1_000,
        description: 'Only these channels, separated by commas. Every channel of the kind when left out.',
        examples: ['heart_rate,power'],
      }),
    ),
    step: Type.Optional(
      Type.String({
        pattern: STEP.source,
        description:
          'Resamples to buckets of this length (`1s` to `1d`; s, m, h or d), counted from the epoch in UTC. ' +
          'The range ' +
          'is widened to whole buckets.',
        examples: ['10s', '1m'],
      }),
    ),
    raw: Type.Optional(
      Type.Boolean({ default: false, description: 'Values as they are stored, integers of value × scale.' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })),
    cursor: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]+$',
        maxLength: 300,
        description:
          '`nextCursor` of the page before, with the same other parameters; `from` and `to` may then be left out.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** What was asked, checked. */
export interface SamplesQuestion {
  readonly device: string;
  readonly kind: Kind;
  readonly sources: readonly string[];
  readonly channels: readonly Channel[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number | null;
  readonly raw: boolean;
  readonly limit: number;
  readonly after: { readonly tsMs: number; readonly source: string; readonly boot: string } | null;
  /** The cursor of the page that follows the given row or bucket. */
  cursorAfter(last: { tsMs: number; source: string; boot: string }): string;
}

/** Throws the problem `invalid_request`, naming the parameter. */
export function readQuestion(device: string, query: Type.Static<typeof SamplesQuery>, nowMs: number): SamplesQuestion {
  const kind = query.kind ?? 'samples';
  const sources = readSources(query.sources);
  const channels = readChannels(kind, query.channels);
  const stepMs = query.step === undefined ? null : readStep(query.step);
  const raw = query.raw ?? false;
  const sameOnEveryPage = [device, kind, sources, channels.map(({ name }) => name), stepMs, raw];

  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor, sameOnEveryPage);
  if (cursor === null || (cursor && (cursor.boot === '') !== (stepMs !== null))) {
    throw invalidParameter('cursor', 'it was not given out for these parameters');
  }
  const asked = readRange(query, cursor ?? null, nowMs);
  checkRange(asked, stepMs);
  return {
    ...(stepMs === null ? asked : wholeSteps(asked, stepMs)),
    device,
    kind,
    sources,
    channels,
    stepMs,
    raw,
    limit: query.limit ?? DEFAULT_LIMIT,
    after: cursor ? { tsMs: cursor.tsMs, source: cursor.source, boot: cursor.boot } : null,
    cursorAfter: (last) => encodeCursor({ ...asked, ...last }, sameOnEveryPage),
  };
}

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

function readRange(query: { from?: string; to?: string }, cursor: Range | null, nowMs: number): Range {
  const to = query.to === undefined ? undefined : readTime('to', query.to);
  const from = query.from === undefined ? undefined : readTime('from', query.from);
  if (cursor !== null) {
    if (from !== undefined && from !== cursor.fromMs) throw invalidParameter('from', "it is not the cursor's");
    if (to !== undefined && to !== cursor.toMs) throw invalidParameter('to', "it is not the cursor's");
    return { fromMs: cursor.fromMs, toMs: cursor.toMs };
  }
  const toMs = to ?? nowMs;
  return { fromMs: from ?? Math.max(0, toMs - HOUR_MS), toMs };
}

/** Throws the problem `invalid_request`. */
export function readTime(parameter: string, text: string): number {
  const timeMs = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(timeMs)) throw invalidParameter(parameter, 'there is no such time');
  if (timeMs < 0 || timeMs > MAX_TIME_MS)
    throw invalidParameter(parameter, 'it is not between the years 1970 and 2299');
  return timeMs;
}

function wholeSteps({ fromMs, toMs }: Range, stepMs: number): Range {
  return { fromMs: Math.floor(fromMs / stepMs) * stepMs, toMs: Math.ceil(toMs / stepMs) * stepMs };
}

function checkRange({ fromMs, toMs }: Range, stepMs: number | null): void {
  if (toMs <= fromMs) throw invalidParameter('from', 'it is not before `to`');
  const isRolledUp = stepMs !== null && stepMs % ROLLUP_STEP_MS === 0;
  const maxMs = isRolledUp ? MAX_ROLLED_UP_RANGE_MS : MAX_RAW_RANGE_MS;
  if (toMs - fromMs <= maxMs) return;
  const how = isRolledUp ? '' : `; with a step of whole ${ROLLUP_STEP_MS / 1000} s, ${MAX_ROLLED_UP_RANGE_MS / DAY_MS}`;
  throw invalidParameter('from', `the range may be ${maxMs / DAY_MS} days long${how}`);
}

function readSources(text: string | undefined): readonly string[] {
  const sources = text === undefined ? [] : [...new Set(text.split(','))].sort();
  if (sources.length > MAX_SOURCES_PER_DEVICE) {
    throw invalidParameter('sources', `a device has at most ${MAX_SOURCES_PER_DEVICE}`);
  }
  const wrong = sources.find((source) => !SOURCE_PATTERN.test(source) && !FILE_SOURCE_PATTERN.test(source));
  if (wrong !== undefined) throw invalidParameter('sources', `${wrong} is not a source`);
  return sources;
}

/** Throws the problem `invalid_request`. */
export function readChannels(kind: Kind, text: string | undefined): readonly Channel[] {
  const known = channelsOf(kind);
  if (text === undefined) return known;
  const names = new Set(text.split(','));
  for (const name of names) {
    if (known.some((channel) => channel.name === name)) continue;
    throw invalidParameter('channels', `${name} is not one of ${known.map((channel) => channel.name).join(', ')}`);
  }
  return known.filter((channel) => names.has(channel.name));
}

function readStep(text: string): number {
  const [, count, unit] = STEP.exec(text) ?? [];
  const stepMs = Number(count) * STEP_UNIT_MS[unit as keyof typeof STEP_UNIT_MS];
  if (stepMs >= MIN_STEP_MS && stepMs <= MAX_STEP_MS) return stepMs;
  throw invalidParameter('step', 'it is not between 1s and 1d');
}
