import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import type { Channel } from '../../schemas/channels.ts';
import { SPORTS } from '../../schemas/events.ts';
import { invalidParameter } from '../problem.ts';
import { MAX_TIME_MS, readChannels, readTime, TimeParameter } from '../samples/query.ts';
import type { ActivityKey, ListQuery } from './reader.ts';

export const MAX_LISTED = 100;
const DEFAULT_LISTED = 20;
const ID = '^[0-9a-f]{16}$';
const MAX_POINTS = 5_000;
const DEFAULT_POINTS = 1_000;

export const Athlete = Type.Optional(
  Type.String({
    pattern: '^[A-Za-z0-9_-]{1,128}$',
    description: "Whose. A device's token says so itself; an operator has to.",
  }),
);

export const ActivityParams = Type.Object({
  id: Type.String({ pattern: ID, description: 'The id of the activity' }),
});

export const OneActivityQuery = Type.Object({ athlete: Athlete }, { additionalProperties: false });

export const ListActivitiesQuery = Type.Object(
  {
    athlete: Athlete,
    sport: Type.Optional(Type.Enum(SPORTS, { type: 'string', description: 'Only this sport.' })),
    from: TimeParameter('Only those that began at or after: RFC 3339, or ms since the epoch.'),
    to: TimeParameter('Only those that began before.'),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LISTED, default: DEFAULT_LISTED })),
    cursor: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]+$',
        maxLength: 200,
        description: '`nextCursor` of the page before, with the same other parameters.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const StreamsQuery = Type.Object(
  {
    athlete: Athlete,
    channels: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9_]+(,[a-z0-9_]+)*$',
        maxLength: 1_000,
        description: 'Only these channels, separated by commas. Every channel when left out.',
        examples: ['heart_rate,latitude,longitude'],
      }),
    ),
    points: Type.Optional(
      Type.Integer({
        minimum: 10,
        maximum: MAX_POINTS,
        default: DEFAULT_POINTS,
        description: 'At most so many buckets; their length is the least whole number of seconds that does it.',
      }),
    ),
    from: TimeParameter('Only samples at or after, within the activity: what a chart does not have yet.'),
    to: TimeParameter('Only samples before, within the activity.'),
  },
  { additionalProperties: false },
);

export interface ListQuestion extends ListQuery {
  /** The cursor of the page that follows the given activity. */
  cursorAfter(last: ActivityKey): string;
}

/** Throws the problem `invalid_request`, naming the parameter. */
export function readListQuestion(athlete: string, query: Type.Static<typeof ListActivitiesQuery>): ListQuestion {
  const fromMs = query.from === undefined ? 0 : readTime('from', query.from);
  const toMs = query.to === undefined ? MAX_TIME_MS : readTime('to', query.to);
  if (toMs <= fromMs) throw invalidParameter('from', 'it is not before `to`');
  const sport = query.sport ?? null;
  const digest = digestOf([athlete, sport, fromMs, toMs]);
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, digest);
  return {
    athlete,
    sport,
    fromMs,
    toMs,
    after,
    limit: query.limit ?? DEFAULT_LISTED,
    cursorAfter: ({ startMs, id }) => Buffer.from(JSON.stringify([digest, startMs, id])).toString('base64url'),
  };
}

/** The same on every page. A cursor grants nothing: it is checked like any other parameter. */
function decodeCursor(text: string, digest: string): ActivityKey {
  const [ofQuestion, startMs, id] = parseList(Buffer.from(text, 'base64url').toString('utf8'));
  const isStart = Number.isSafeInteger(startMs) && (startMs as number) >= 0 && (startMs as number) <= MAX_TIME_MS;
  if (ofQuestion !== digest || !isStart || typeof id !== 'string' || !new RegExp(ID).test(id)) {
    throw invalidParameter('cursor', 'it was not given out for these parameters');
  }
  return { startMs: startMs as number, id };
}

function parseList(text: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

export interface StreamsRange {
  readonly channels: readonly Channel[];
  readonly points: number;
  /** Empty when it lies outside the activity. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** The part of an activity that is asked for. Throws the problem `invalid_request`, naming the parameter. */
export function readStreamsRange(
  { startMs, endMs }: { startMs: number; endMs: number },
  query: Type.Static<typeof StreamsQuery>,
): StreamsRange {
  const from = query.from === undefined ? startMs : readTime('from', query.from);
  const to = query.to === undefined ? endMs : readTime('to', query.to);
  if (to < from && query.from !== undefined && query.to !== undefined) {
    throw invalidParameter('from', 'it is not before `to`');
  }
  return {
    channels: readChannels('samples', query.channels),
    points: query.points ?? DEFAULT_POINTS,
    fromMs: Math.max(from, startMs),
    toMs: Math.min(to, endMs),
  };
}

function digestOf(question: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 8);
}
