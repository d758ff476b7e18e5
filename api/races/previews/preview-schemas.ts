import { Type } from 'typebox';
import { BOARD_STATUSES } from '../../../schemas/board.ts';

const closed = { additionalProperties: false };
const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Rank = Type.Unsafe<number | null>({ type: ['integer', 'null'] });
const DurationMs = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });
const TimeMs = Type.Unsafe<number | null>({
  type: ['number', 'null'],
  description: 'ms since the epoch; null for a crossing that is not there.',
});

const Place = Type.Object(
  {
    status: Type.Enum(BOARD_STATUSES, { type: 'string' }),
    rank: Rank,
    categoryRank: Rank,
    gunMs: DurationMs("From the wave's gun to the finish, or to where they were seen last, ms."),
    chipMs: DurationMs('From their own start line, ms.'),
  },
  closed,
);

export const Preview = Type.Object(
  {
    race: Type.String(),
    version: Type.Integer({ description: 'Of the race that would be changed.' }),
    atMs: Type.Number({ description: 'When both boards were made, ms since the epoch.' }),
    summary: Type.Object(
      {
        athletes: Count('In the race.'),
        changed: Count('Of whom anything would be otherwise.'),
        ranksChanged: Count('Of them by rank.'),
        statusesChanged: Count('By status: who would have finished, or not.'),
        crossingsGained: Count('That are not there now.'),
        crossingsLost: Count('That would not be there any more.'),
        crossingsMoved: Count('With another time.'),
        unread: Count('Athletes with more stored positions than are read: their crossings are taken as they are.'),
      },
      closed,
    ),
    athletes: Type.Array(
      Type.Object(
        {
          bib: Type.String(),
          before: Place,
          after: Place,
          crossings: Type.Array(
            Type.Object(
              { checkpoint: Type.String(), pass: Type.Integer({ minimum: 1 }), beforeMs: TimeMs, afterMs: TimeMs },
              closed,
            ),
            { description: 'Those that would be otherwise, in the order of the course.' },
          ),
        },
        closed,
      ),
      { description: 'Whose place or crossings would change, then whose times; each in the order of the new board.' },
    ),
    leftOut: Count('Athletes who would change too, and for whom there is no room.'),
  },
  closed,
);

export const PreviewProgress = Type.Object(
  {
    done: Count('Athletes whose stored positions were followed.'),
    of: Count('All whose positions have to be.'),
  },
  closed,
);
