import type { ActivityRecord } from './activity.ts';
import { parseJson } from './parse-json.ts';

/** What the holder of an athlete's shard is asked, and what it answers and tells; all of it travels as JSON. */
export interface LiveActivityQuestion {
  readonly athlete: string;
  /** Whoever asks also wants to be told of each change, until {@link LIVE_WATCH_MS} after this. */
  readonly watch?: LiveWatch;
}

export interface LiveWatch {
  /** Where it is told: unique for each start of a process. */
  readonly watcher: string;
  /** Least time between two changes that it is told of. */
  readonly everyMs: number;
  /** What it was told last; null when it knows nothing. */
  readonly known: LivePlace | null;
}

/** A watch that is not asked for again within this time is over. */
export const LIVE_WATCH_MS = 6_000;

/** Where an answer stands among all that a shard's holders said: the newer has the greater epoch, then number. */
export interface LivePlace {
  /** Of the shard's term: an answer of a lower one than was seen before is of a process that was stopped. */
  readonly epoch: number;
  /** Grows with everything that the holder says. */
  readonly number: number;
}

export interface LiveActivityAnswer extends LivePlace {
  /** Null when nothing goes on. */
  readonly activity: ActivityRecord | null;
  /** Of the algorithms that compute its metrics. */
  readonly versions: Readonly<Record<string, number>>;
}

/** The answer to a watch that knows the newest already. */
export interface LiveKnownAnswer extends LivePlace {
  readonly isKnown: true;
}

/** What a watcher is told; the answer unread, because it goes on as it is. */
export interface LiveChange extends LivePlace {
  readonly athlete: string;
  /** A {@link LiveActivityAnswer}. */
  readonly answer: Uint8Array;
}

const WATCHER_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;
const NEW_LINE = 0x0a;

export function encodeLive(message: LiveActivityQuestion | LiveActivityAnswer | LiveKnownAnswer): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}

/** Null when it is no question. */
export function readLiveQuestion(data: Uint8Array): LiveActivityQuestion | null {
  const parsed = parseJson(data) as Partial<LiveActivityQuestion> | null;
  if (typeof parsed?.athlete !== 'string') return null;
  const { athlete, watch } = parsed;
  return isWatch(watch) ? { athlete, watch } : { athlete };
}

/** Null when it is no answer. */
export function readLiveAnswer(data: Uint8Array): LiveActivityAnswer | LiveKnownAnswer | null {
  const parsed = parseJson(data) as Partial<LiveActivityAnswer & LiveKnownAnswer> | null;
  if (typeof parsed?.epoch !== 'number') return null;
  const { activity = null, epoch, number = 0, versions = {}, isKnown } = parsed;
  return isKnown ? { epoch, number, isKnown } : { activity, epoch, number, versions };
}

/** One line of JSON that says whom it is about, and the answer. */
export function encodeLiveChange({ athlete, epoch, number, answer }: LiveChange): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ athlete, epoch, number })}\n`), answer]);
}

/** Null when it is none. */
export function readLiveChange(data: Uint8Array): LiveChange | null {
  const end = data.indexOf(NEW_LINE);
  const head = end < 0 ? null : (parseJson(data.subarray(0, end)) as Partial<LiveChange> | null);
  const { athlete, epoch, number } = head ?? {};
  if (typeof athlete !== 'string' || typeof epoch !== 'number' || typeof number !== 'number') return null;
  return { athlete, epoch, number, answer: data.subarray(end + 1) };
}

function isWatch(watch: LiveWatch | undefined): watch is LiveWatch {
  if (typeof watch !== 'object' || watch === null) return false;
  const { watcher, everyMs, known } = watch;
  const isPlace = known === null || [known?.epoch, known?.number].every(Number.isSafeInteger);
  return WATCHER_PATTERN.test(watcher) && Number.isFinite(everyMs) && isPlace;
}
