import type { ActivityRecord } from '../schemas/activity.ts';
import type { ActivityMetrics } from '../schemas/activity-metrics.ts';
import { sessionFetch } from './session.ts';

/** What the API answers, as far as the page reads it. */
export interface ListedActivity {
  readonly id: string;
  readonly status: 'live' | 'finished';
  readonly sport: string;
  readonly startMs: number;
  readonly summary: Summary;
}

/** Some of the metrics; each may be missing. */
export type Summary = Partial<ActivityMetrics>;

export interface ActivityPage {
  readonly activities: readonly ListedActivity[];
  readonly nextCursor: string | null;
}

/** Columns as long as `startMs`; null where nobody measured. */
export interface Streams {
  readonly stepMs: number;
  readonly startMs: readonly number[];
  readonly channels: Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;
}

/** A message of the live subscription. */
export type LiveMessage =
  | { readonly type: 'activity'; readonly activity: ActivityRecord | null; readonly epoch: number }
  | { readonly type: 'away' };

/** The API refused for good: what it said. */
export class RefusedError extends Error {
  override name = 'RefusedError';
  readonly status: number;

  constructor(why: string, status: number) {
    super(why);
    this.status = status;
  }
}

/**
 * Asks the API with the token, or without one by the log-in. Throws RefusedError for what will not get better, Error
 * for what may.
 */
export type Ask = (path: string) => Promise<Response>;

export function createAsk(token: string, athlete: string): Ask {
  return async function ask(path) {
    const whose = athlete === '' ? '' : `${path.includes('?') ? '&' : '?'}athlete=${encodeURIComponent(athlete)}`;
    const answer =
      token === ''
        ? await sessionFetch(`${path}${whose}`)
        : await fetch(`${path}${whose}`, { headers: { authorization: `Bearer ${token}` } });
    if (answer.ok) return answer;
    const { title, detail } = (await answer.json()) as { title?: string; detail?: string };
    const why = [title ?? `The server answered ${answer.status}.`, ...(detail ? [`(${detail})`] : [])].join(' ');
    throw answer.status < 500 ? new RefusedError(why, answer.status) : new Error(why);
  };
}
