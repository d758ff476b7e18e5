import { LAP_TRIGGERS, type RecordedActivity } from '../activity.ts';

/** What an activity has besides rows. */
export type About = Pick<RecordedActivity, 'sessions' | 'laps' | 'lengths' | 'events' | 'devices'>;

export function aboutOf({ sessions, laps, lengths, events, devices }: RecordedActivity): About {
  return { sessions, laps, lengths, events, devices };
}

const MAX_ENTRIES = 10_000;
const EVENT_TYPES = ['start', 'pause', 'resume', 'stop'];

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isTime = (value: unknown) => Number.isFinite(value);
const isSpan = ({ startMs, endMs }: Fields) =>
  isTime(startMs) && isTime(endMs) && (endMs as number) >= (startMs as number);
const areNumbers = (value: unknown) => isFields(value) && Object.values(value).every(Number.isFinite);
const areTexts = (value: Fields) => Object.values(value).every((text) => typeof text === 'string');
const isOptional = (value: unknown, type: string) => value === undefined || typeof value === type;

const CHECKS: Readonly<Record<keyof About, (entry: Fields) => boolean>> = {
  sessions: (one) =>
    isSpan(one) &&
    typeof one.sport === 'string' &&
    typeof one.subSport === 'string' &&
    isOptional(one.poolLengthM, 'number') &&
    areNumbers(one.totals),
  laps: (one) => isSpan(one) && (LAP_TRIGGERS as readonly unknown[]).includes(one.trigger) && areNumbers(one.totals),
  lengths: (one) =>
    isSpan(one) &&
    typeof one.isActive === 'boolean' &&
    isOptional(one.stroke, 'string') &&
    isOptional(one.strokes, 'number'),
  events: (one) =>
    isTime(one.timeMs) &&
    EVENT_TYPES.includes(one.type as string) &&
    (one.trigger === 'manual' || one.trigger === 'auto'),
  devices: areTexts,
};

/** Reads what `aboutOf` gave as JSON. Nothing at all when a part is not what it should be: files may be edited. */
export function readAbout(text: string): Partial<About> {
  let about: unknown;
  try {
    about = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
  if (!isFields(about)) return {};
  for (const [name, isRight] of Object.entries(CHECKS)) {
    const entries = about[name];
    if (!Array.isArray(entries) || entries.length > MAX_ENTRIES) return {};
    if (!entries.every((entry) => isFields(entry) && isRight(entry))) return {};
  }
  const { sessions, laps, lengths, events, devices } = about as unknown as About;
  return sessions.length === 0 ? {} : { sessions, laps, lengths, events, devices };
}
