import { Type } from 'typebox';
import { BOARD_STATUSES, type BoardCrossing, type BoardRow, STATUS_REASONS } from '../../../schemas/board.ts';
import { whoIs } from '../../../schemas/public-board.ts';
import { RACE_STATES, type Race } from '../../../schemas/race.ts';
import { CertaintySchema, StarterList, TooCloseSchema } from '../answer.ts';
import { type Board, inOrder } from '../board-state.ts';
import { MAX_SPLITS, marksOf, splitsAt, startOf } from './marks.ts';

const closed = { additionalProperties: false };
const Rank = Type.Unsafe<number | null>({ type: ['integer', 'null'] });
const DurationMs = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });
const Starter = StarterList.properties.starters.items;

const Split = Type.Object(
  {
    checkpoint: Type.String(),
    pass: Type.Integer({ description: 'Of the checkpoint, from 1.' }),
    timeMs: Type.Number({ description: 'ms since the epoch' }),
    gunMs: Type.Integer({ description: "From the wave's gun, ms." }),
    chipMs: DurationMs('From their own start line, ms; null for whoever was not seen there.'),
    status: Type.Enum(['estimated', 'provisional', 'official'], {
      type: 'string',
      description: 'Estimated from positions, told by a mat, a chip or a person, or published.',
    }),
    revision: Type.Integer({ description: 'Grows with each report of the crossing.' }),
  },
  closed,
);

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
    tooClose: TooCloseSchema,
    splits: Type.Array(Split, { description: 'Those that are known, in the order of the course.' }),
  },
  closed,
);

const Mark = Type.Object(
  {
    checkpoint: Type.String(),
    pass: Type.Integer({ description: 'Of the checkpoint, from 1.' }),
    name: Type.String(),
    positionM: Type.Number({ description: 'Along the course, m.' }),
    isStart: Type.Boolean({ description: 'Chip times begin here.' }),
    isFinish: Type.Boolean(),
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
    certainty: CertaintySchema,
    marks: Type.Array(Mark, {
      description:
        `What there are splits of, in the order of the course: each pass of each checkpoint. Where that were more ` +
        `than ${MAX_SPLITS} splits of all athletes together, every so many of them, the finish among them.`,
    }),
    results: Type.Array(Result),
  },
  closed,
);
export type Results = Type.Static<typeof Results>;
export type Result = Results['results'][number];

const LAST: readonly BoardRow['status'][] = ['running', 'registered', 'dnf', 'dns', 'dsq'];

/**
 * The results as the board has them: who finished by rank, then who runs, did not finish, did not start and was
 * disqualified, by bib. `crossings` are those of each bib.
 */
export function resultsOf(race: Race, board: Board, crossings: ReadonlyMap<string, readonly BoardCrossing[]>): Results {
  const rows = inOrder(board.rows.values());
  const finished = rows.filter(({ status }) => status === 'finished');
  const others = LAST.flatMap((status) => rows.filter((row) => row.status === status));
  const marks = marksOf(race);
  const start = startOf(race);
  const gunTimes = new Map(race.waves.map(({ id, gunTimeMs }) => [id, gunTimeMs]));
  const results = [...finished, ...others].map((row) => {
    const who = whoIs(row.bib, race);
    const gunTimeMs = gunTimes.get(who?.wave ?? '');
    const own = crossings.get(row.bib) ?? [];
    const splits = gunTimeMs === undefined ? [] : splitsAt(marks, own, { gunTimeMs, start });
    return { ...resultOf(row), bib: row.bib, who, splits };
  });
  const { id, name, state } = race;
  const { atMs, certainty } = board;
  return { race: id, name, state, isOfficial: state === 'published', atMs, certainty, marks, results };
}

function resultOf(row: BoardRow): Omit<Result, 'bib' | 'who' | 'splits'> {
  const { status, statusReason, waveRank, sexRank, categoryRank, clubRank } = row;
  if (status !== 'finished') {
    const none = { rank: null, waveRank: null, sexRank: null, categoryRank: null, clubRank: null };
    return { ...none, status, statusReason, gunMs: null, chipMs: null, behindMs: null, tooClose: null };
  }
  const { rank, gunMs, chipMs, gapLeaderMs: behindMs, tooClose } = row;
  const ranks = { rank, waveRank, sexRank, categoryRank, clubRank };
  return { ...ranks, status, statusReason, gunMs, chipMs, behindMs, tooClose };
}
