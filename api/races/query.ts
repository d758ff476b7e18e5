import { Type } from 'typebox';
import type { BoardRow } from '../../schemas/board.ts';
import { type PublicStarter, whoIs } from '../../schemas/public-board.ts';
import { type Race, StarterSchema } from '../../schemas/race.ts';
import { type Board, inOrder } from './board-state.ts';

const closed = { additionalProperties: false };
const { bib, sex, wave, category } = StarterSchema.properties;
const BIBS = '[A-Za-z0-9-]{1,16}';
const MAX_ROWS = 1_000;
const DEFAULT_ROWS = 50;

export const RaceParams = Type.Object({
  id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$', description: 'The id of the race' }),
});

export const StarterParams = Type.Object({ ...RaceParams.properties, bib });

export const BoardQuery = Type.Object(
  {
    at: Type.Optional(
      Type.Integer({
        ...{ minimum: 0, maximum: 4_102_444_800_000 },
        description:
          'A moment that is over, ms since the epoch: the board as it was then, as it is known now. Rounded down to ' +
          'five seconds; one that is still to come is the newest.',
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_ROWS, default: DEFAULT_ROWS })),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 50_000, default: 0 })),
    wave: Type.Optional(wave),
    sex: Type.Optional(sex),
    category: Type.Optional(category),
    club: Type.Optional(Type.String({ minLength: 1, maxLength: 120 })),
    q: Type.Optional(
      Type.String({ minLength: 1, maxLength: 60, description: 'Part of a name or a club, or the begin of a bib.' }),
    ),
    bibs: Type.Optional(
      Type.String({
        pattern: `^${BIBS}(,${BIBS})*$`,
        maxLength: 1_000,
        description: 'Only these athletes, separated by commas.',
      }),
    ),
  },
  closed,
);

export const GapsQuery = Type.Object(
  { to: Type.Unsafe<string>({ ...bib, description: 'Whose gaps: a bib.' }) },
  closed,
);

/** The rows that are asked for, in the order of the board, and how many match on all pages. */
export function chooseRows(
  race: Race,
  board: Board,
  query: Type.Static<typeof BoardQuery>,
): { rows: BoardRow[]; total: number } {
  const { limit = DEFAULT_ROWS, offset = 0, bibs, wave, sex, category, club, q } = query;
  const wanted = bibs === undefined ? null : new Set(bibs.split(','));
  const part = q === undefined ? null : plain(q.trim());
  const matching = inOrder(board.rows.values()).filter((row) => {
    if (wanted !== null && !wanted.has(row.bib)) return false;
    const who = whoIs(row.bib, race);
    if (part !== null && !isFound(row.bib, who, part)) return false;
    const isOf = (asked: string | undefined, own: string | undefined) => asked === undefined || asked === own;
    return isOf(wave, who?.wave) && isOf(sex, who?.sex) && isOf(category, who?.category) && isOf(club, who?.club);
  });
  return { rows: matching.slice(offset, offset + limit), total: matching.length };
}

function isFound(bib: string, who: PublicStarter | null, part: string): boolean {
  return plain(bib).startsWith(part) || plain(who?.name ?? '').includes(part) || plain(who?.club ?? '').includes(part);
}

/** As people type it: without case, and without marks on letters (Unicode, NFD). */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();
}
