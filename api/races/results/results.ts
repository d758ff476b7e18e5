import { Type } from 'typebox';
import { BOARD_STATUSES, type BoardRow, STATUS_REASONS } from '../../../schemas/board.ts';
import { RACE_STATES, type Race } from '../../../schemas/race.ts';
import { StarterList } from '../answer.ts';
import { type Board, inOrder } from '../board-state.ts';
import { whoIs } from '../shared-views.ts';

const closed = { additionalProperties: false };
const Rank = Type.Unsafe<number | null>({ type: ['integer', 'null'] });
const DurationMs = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });
const Starter = StarterList.properties.starters.items;

const Result = Type.Object(
  {
    rank: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'Of those who finished.' }),
    ...{ waveRank: Rank, sexRank: Rank, categoryRank: Rank, clubRank: Rank },
    bib: Type.String(),
    who: Type.Union([Starter, Type.Null()]),
    status: Type.Enum(BOARD_STATUSES, { type: 'string' }),
    statusReason: Type.Union([Type.Enum(STATUS_REASONS, { type: 'string' }), Type.Null()]),
    gunMs: DurationMs("From the wave's gun to the finish, ms; null for whoever did not finish."),
    chipMs: DurationMs('From their own start line, ms.'),
    behindMs: DurationMs('Behind the first, ms.'),
  },
  closed,
);

export const Results = Type.Object(
  {
    race: Type.String(),
    name: Type.String(),
    state: Type.Enum(RACE_STATES, { type: 'string' }),
    isOfficial: Type.Boolean({ description: 'The organiser has published them.' }),
    atMs: Type.Integer({ description: 'When the board was made, ms since the epoch.' }),
    results: Type.Array(Result),
  },
  closed,
);
export type Results = Type.Static<typeof Results>;
export type Result = Results['results'][number];

const LAST: readonly BoardRow['status'][] = ['running', 'registered', 'dnf', 'dns', 'dsq'];

/**
 * The results as the board has them: who finished by rank, then who runs, did not finish, did not start and was
 * disqualified, by bib.
 */
export function resultsOf(race: Race, board: Board): Results {
  const rows = inOrder(board.rows.values());
  const finished = rows.filter(({ status }) => status === 'finished');
  const others = LAST.flatMap((status) => rows.filter((row) => row.status === status));
  return {
    ...{ race: race.id, name: race.name, state: race.state, isOfficial: race.state === 'published', atMs: board.atMs },
    results: [...finished.map((row) => resultOf(row, race)), ...others.map((row) => resultOf(row, race))],
  };
}

function resultOf(row: BoardRow, race: Race): Result {
  const { bib, status, statusReason, waveRank, sexRank, categoryRank, clubRank } = row;
  const who = whoIs(bib, race);
  if (status !== 'finished') {
    const none = { rank: null, waveRank: null, sexRank: null, categoryRank: null, clubRank: null };
    return { ...none, bib, who, status, statusReason, gunMs: null, chipMs: null, behindMs: null };
  }
  const { rank, gunMs, chipMs, gapLeaderMs: behindMs } = row;
  return { rank, waveRank, sexRank, categoryRank, clubRank, bib, who, status, statusReason, gunMs, chipMs, behindMs };
}
