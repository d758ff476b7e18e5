import type { ActivityRecord } from '../schemas/activity.ts';

/** What the API answers, as far as the page reads it. */
export interface ListedActivity {
  readonly id: string;
  readonly status: 'live' | 'finished';
  readonly sport: string;
  readonly startMs: number;
}

export interface ActivityPage {
  readonly activities: readonly ListedActivity[];
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
}

export type Read = <Answer>(path: string) => Promise<Answer>;

/** Asks the API with the token, as JSON. Throws RefusedError for what will not get better, Error for what may. */
export function createRead(token: string, athlete: string): Read {
  return async function read<Answer>(path: string): Promise<Answer> {
    const whose = athlete === '' ? '' : `${path.includes('?') ? '&' : '?'}athlete=${encodeURIComponent(athlete)}`;
    const headers: HeadersInit = token === '' ? {} : { authorization: `Bearer ${token}` };
    const answer = await fetch(`${path}${whose}`, { headers });
    const body = (await answer.json()) as Answer & { title?: string };
    if (answer.ok) return body;
    const why = body.title ?? `The server answered ${answer.status}.`;
    throw answer.status < 500 ? new RefusedError(why) : new Error(why);
  };
}
