import type { ActivityRecord } from './activity.ts';

/** What the holder of an athlete's shard is asked, and what it answers; both travel as JSON. */
export interface LiveActivityQuestion {
  readonly athlete: string;
}

export interface LiveActivityAnswer {
  /** Null when nothing goes on. */
  readonly activity: ActivityRecord | null;
  /** Of the shard's term: an answer of a lower one than was seen before is of a process that was stopped. */
  readonly epoch: number;
  /** Of the algorithms that compute its metrics. */
  readonly versions: Readonly<Record<string, number>>;
}

export function encodeLive(message: LiveActivityQuestion | LiveActivityAnswer): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}

/** Null when it is no question. */
export function readLiveQuestion(data: Uint8Array): LiveActivityQuestion | null {
  const parsed = parse(data) as Partial<LiveActivityQuestion> | null;
  return typeof parsed?.athlete === 'string' ? { athlete: parsed.athlete } : null;
}

/** Null when it is no answer. */
export function readLiveAnswer(data: Uint8Array): LiveActivityAnswer | null {
  const parsed = parse(data) as Partial<LiveActivityAnswer> | null;
  if (typeof parsed?.epoch !== 'number') return null;
  return { activity: parsed.activity ?? null, epoch: parsed.epoch, versions: parsed.versions ?? {} };
}

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
