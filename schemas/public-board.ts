import {
  BOARD_STATUSES,
  type BoardRow,
  type BoardStatus,
  type BoardView,
  type Certainty,
  type RoadGroup,
} from './board.ts';
import type { Race, RaceState, Starter } from './race.ts';

/** Who an athlete is, as everybody may know. */
export type PublicStarter = Pick<Starter, 'bib' | 'name' | 'sex' | 'club' | 'country' | 'wave' | 'category'>;

export function publicStarter({ bib, name, sex, club, country, wave, category }: Starter): PublicStarter {
  return { bib, name, sex, club, country, wave, category };
}

const byBib = new WeakMap<Race, ReadonlyMap<string, PublicStarter>>();

/** Null for who is no longer in the race. */
export function whoIs(bib: string, race: Race): PublicStarter | null {
  let known = byBib.get(race);
  if (known === undefined) {
    known = new Map(race.starters.map((starter) => [starter.bib, publicStarter(starter)]));
    byBib.set(race, known);
  }
  return known.get(bib) ?? null;
}

/** The board as everybody may read it, over HTTP and as the retained message of its topic. */
export interface PublicBoard {
  readonly race: string;
  readonly raceVersion: number;
  readonly state: RaceState;
  /** When the board was made, and the newest thing that it knows of; ms since the epoch. */
  readonly atMs: number;
  readonly dataMs: number | null;
  /** Rows that were asked for, on all pages. */
  readonly total: number;
  readonly certainty: Certainty | null;
  /** How many athletes of the whole race stand how. */
  readonly counts: Readonly<Record<BoardStatus, number>>;
  readonly rows: readonly (BoardRow & { readonly who: PublicStarter | null })[];
  readonly groups: readonly RoadGroup[];
}

export function publicBoard(
  race: Race,
  board: Pick<BoardView, 'raceVersion' | 'atMs' | 'dataMs' | 'groups' | 'certainty'> & {
    readonly rows: Iterable<BoardRow>;
  },
  rows: readonly BoardRow[],
  total: number,
): PublicBoard {
  const { raceVersion, atMs, dataMs, groups, certainty } = board;
  const counts = Object.fromEntries(BOARD_STATUSES.map((status) => [status, 0])) as Record<BoardStatus, number>;
  for (const { status } of board.rows) counts[status]++;
  const shown = rows.map((row) => ({ ...row, who: whoIs(row.bib, race) }));
  const head = { race: race.id, raceVersion, state: race.state, atMs, dataMs, total, certainty, counts };
  return { ...head, rows: shown, groups };
}

/** What the topic of a race's board has of it: with names as long as they may be some 80 KB, mostly 25. */
export const TOPIC_ROWS = 50;
export const TOPIC_GROUPS = 50;

/** The first of a board in the order of rank, and how many there are: what `GET …/board` answers by itself. */
export function topicBoard(race: Race, view: BoardView): PublicBoard {
  const board = publicBoard(race, view, view.rows.slice(0, TOPIC_ROWS), view.rows.length);
  return { ...board, groups: board.groups.slice(0, TOPIC_GROUPS) };
}

/**
 * The board of a topic as it lies in the bucket: the holder's epoch, a line feed, and the very bytes of the message.
 * Whoever passes it on need not read them.
 */
export function encodeTopicBoard(epoch: number, board: PublicBoard): Uint8Array {
  return Buffer.from(`${epoch}\n${JSON.stringify(board)}`);
}

/** Null when it is none. */
export function readTopicBoard(value: Uint8Array): { epoch: number; payload: Uint8Array } | null {
  const head = value.indexOf(0x0a);
  const epoch = head < 1 ? Number.NaN : Number(Buffer.from(value.subarray(0, head)).toString('latin1'));
  return Number.isSafeInteger(epoch) ? { epoch, payload: value.subarray(head + 1) } : null;
}
