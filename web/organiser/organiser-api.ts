import type { Category, Place, RaceChange, Starter, Wave } from '../../schemas/race.ts';
import type { Act, ActValue } from '../../schemas/race-act.ts';
import type { RacePreview } from '../../schemas/race-preview.ts';
import type { ReviewDecision, ReviewFinding } from '../../schemas/review.ts';
import { problemOf } from '../problem-error.ts';
import type { AthleteAnswer, BoardPage, ListedRace, RaceAnswer } from '../race/race-answers.ts';

export interface StatedCheckpoint {
  readonly id: string;
  readonly name: string;
  readonly isStart: boolean;
  readonly isFinish: boolean;
  readonly positionM?: readonly number[];
  readonly place?: Place;
  readonly radiusM?: number;
  readonly ends?: readonly Place[];
}

/** The body of `PUT /v1/races/{id}`. */
export interface StatedRace {
  readonly name: string;
  readonly sport: string;
  readonly state: 'draft' | 'live';
  readonly closesMs: number | null;
  readonly checkpoints: readonly StatedCheckpoint[];
  readonly waves: readonly Wave[];
  readonly categories: readonly Category[];
}

/** What the API answers to organisers, as far as the page reads it. */
export interface Setup extends RaceAnswer {
  readonly organiser: string;
  readonly closesMs: number | null;
  readonly lengthM: number | null;
}

/** A version of a race; a change has to name its tag. */
export interface TaggedSetup {
  readonly setup: Setup;
  readonly etag: string;
}

export interface AuditedAct {
  readonly number: number;
  readonly by: string;
  readonly saidMs: number;
  readonly why: string;
  readonly act: Act;
  readonly before: ActValue | null;
  readonly after: ActValue | null;
  readonly isUndone: boolean;
}

/** Who made which version of a race that was no draft any more. */
export type AuditedChange = RaceChange;

export interface QueuedFinding extends ReviewFinding {
  /** `isOutdated` once the evidence is another than it was then. */
  readonly decision: (ReviewDecision & { readonly isOutdated: boolean }) | null;
}

export interface ReviewList {
  readonly leftOut: number;
  readonly findings: readonly QueuedFinding[];
}

/** How far a preview is that is not there yet. */
export interface PreviewProgress {
  readonly done: number;
  readonly of: number;
}

interface Sent {
  readonly body?: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without it as long as the browser waits. */
  readonly timeoutMs?: number;
}

/** The API answers after ten seconds, and a holder that is silent costs it five. */
const MAX_PREVIEW_WAIT_MS = 60_000;

const JSON_TYPE = { 'content-type': 'application/json' };

/** Each throws ProblemError with what the API said, TypeError or DOMException when it cannot be reached. */
export function createOrganiserApi(token: string) {
  async function send(method: string, path: string, { body, headers, timeoutMs }: Sent = {}): Promise<Response> {
    const answer = await fetch(`/v1${path}`, {
      ...{ method, cache: 'no-cache', body: body ?? null },
      signal: timeoutMs === undefined ? null : AbortSignal.timeout(timeoutMs),
      headers: { ...headers, authorization: `Bearer ${token}` },
    });
    if (answer.ok) return answer;
    throw await problemOf(answer);
  }
  const read = async <Answer>(path: string) => (await (await send('GET', path)).json()) as Answer;
  const tagged = async (answer: Response): Promise<TaggedSetup> => {
    return { setup: (await answer.json()) as Setup, etag: answer.headers.get('etag') ?? '' };
  };
  const put = async (path: string, etag: string, body: BodyInit, type: string) =>
    tagged(await send('PUT', `/races/${path}`, { body, headers: { 'content-type': type, 'if-match': etag } }));

  return {
    races: async () => (await read<{ races: ListedRace[] }>('/organiser/races')).races,
    async create(said: { id: string; name: string; sport: string; organiser?: string }, key: string) {
      const headers = { ...JSON_TYPE, 'idempotency-key': key };
      return tagged(await send('POST', '/races', { body: JSON.stringify(said), headers }));
    },
    setup: async (id: string) => tagged(await send('GET', `/races/${id}/setup`)),
    putRace: (id: string, etag: string, said: StatedRace) =>
      put(id, etag, JSON.stringify(said), JSON_TYPE['content-type']),
    putCourse: (id: string, etag: string, gpx: Blob, laps: number) =>
      put(`${id}/course?laps=${laps}`, etag, gpx, 'application/gpx+xml'),
    putStarters: (id: string, etag: string, csv: Blob) => put(`${id}/starters`, etag, csv, 'text/csv'),
    board: (id: string, query: URLSearchParams) =>
      read<BoardPage & { raceVersion: number }>(`/races/${id}/board?${query}`),
    athlete: (id: string, bib: string) => read<AthleteAnswer>(`/races/${id}/athletes/${encodeURIComponent(bib)}`),
    starters: async (id: string) => (await read<{ starters: Starter[] }>(`/races/${id}/setup/starters`)).starters,
    /** What a change would do; nothing is changed by asking. */
    async preview(id: string, etag: string, said: StatedRace): Promise<RacePreview | PreviewProgress> {
      const headers = { ...JSON_TYPE, 'if-match': etag };
      const sent = { body: JSON.stringify(said), headers, timeoutMs: MAX_PREVIEW_WAIT_MS };
      return (await send('POST', `/races/${id}/previews`, sent)).json();
    },
    audit: (id: string) => read<{ acts: AuditedAct[]; changes: AuditedChange[] }>(`/races/${id}/audit`),
    reviews: (id: string) => read<ReviewList>(`/races/${id}/reviews`),
    async act(id: string, act: Act, why: string, key: string): Promise<void> {
      const headers = { ...JSON_TYPE, 'idempotency-key': key };
      await send('POST', `/races/${id}/acts`, { body: JSON.stringify({ act, why }), headers });
    },
    results: async (id: string, format: string) => (await send('GET', `/races/${id}/results?format=${format}`)).blob(),
  };
}
export type OrganiserApi = ReturnType<typeof createOrganiserApi>;
