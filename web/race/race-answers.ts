import type { BoardRow, RoadGroup, WayCrossing } from '../../schemas/board.ts';
import type { Category, Checkpoint, Course, RaceState, Starter, Wave } from '../../schemas/race.ts';

/** A row as it is shown; `who` is null for somebody who is no longer in the race. */
export type ShownRow = BoardRow & { readonly who: PublicStarter | null };

/** What the API answers about races, as far as the page reads it. */
export type PublicStarter = Pick<Starter, 'bib' | 'name' | 'sex' | 'club' | 'country' | 'wave' | 'category'>;

export interface ListedRace {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly sport: string;
  readonly state: RaceState;
  readonly startMs: number | null;
  readonly starters: number;
}

export interface RaceAnswer extends ListedRace {
  readonly course: Course | null;
  readonly checkpoints: readonly Checkpoint[];
  readonly waves: readonly Wave[];
  readonly categories: readonly Category[];
}

export interface BoardPage {
  readonly atMs: number;
  readonly dataMs: number | null;
  readonly total: number;
  readonly rows: readonly ShownRow[];
  readonly groups: readonly RoadGroup[];
}

export interface AthleteAnswer {
  readonly row: ShownRow;
  readonly crossings: readonly WayCrossing[];
  readonly passed: readonly { readonly positionM: number; readonly timeMs: number }[];
  /** Null unless they let everybody see it. */
  readonly heart: readonly { readonly positionM: number; readonly timeMs: number; readonly heartRate: number }[] | null;
}

/** The API has no such thing, or not now. */
export class AnswerError extends Error {
  override name = 'AnswerError';
  readonly status: number;

  constructor(status: number, why: string) {
    super(why);
    this.status = status;
  }
}

/** How far this clock is ahead of the server's, ms, as its last answer told it; good to a second. */
export let aheadMs = 0;
/** Within this the two are taken to be the same: an answer tells whole seconds, and was under way. */
const NO_DIFFERENCE_MS = 2_000;

/** Throws AnswerError with what the API said, TypeError when it cannot be reached. */
export async function askRaces<Answer>(path: string): Promise<Answer> {
  const fromMs = Date.now();
  // `no-cache` asks the server each time, which answers 304 to what is known.
  const answer = await fetch(`/v1/races${path}`, { cache: 'no-cache' });
  const serverMs = Date.parse(answer.headers.get('date') ?? '');
  const offMs = (fromMs + Date.now()) / 2 - serverMs;
  if (!Number.isNaN(offMs)) aheadMs = Math.abs(offMs) < NO_DIFFERENCE_MS ? 0 : offMs;
  if (answer.ok) return (await answer.json()) as Answer;
  const { title } = (await answer.json().catch(() => ({}))) as { title?: string };
  throw new AnswerError(answer.status, title ?? `The server answered ${answer.status}.`);
}
