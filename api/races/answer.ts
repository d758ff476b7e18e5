import { type TInteger, Type } from 'typebox';
import {
  type AthleteWay,
  BOARD_STATUSES,
  type BoardRow,
  type BoardStatus,
  CROSSING_SOURCES,
  STATUS_REASONS,
} from '../../schemas/board.ts';
import { publicBoard, publicStarter, whoIs } from '../../schemas/public-board.ts';
import {
  CategorySchema,
  CheckpointSchema,
  CourseSchema,
  PlaceSchema,
  RACE_STATES,
  type Race,
  StarterSchema,
  WaveSchema,
} from '../../schemas/race.ts';
import { tagOfAnswer } from '../requests/etag.ts';
import type { Board } from './board-state.ts';
import { isPublic } from './known-race.ts';

const closed = { additionalProperties: false };
const { properties: starter } = StarterSchema;
const MaybeNumber = (description: string) => Type.Unsafe<number | null>({ type: ['number', 'null'], description });

const Starter = Type.Object(
  {
    bib: starter.bib,
    name: starter.name,
    sex: starter.sex,
    club: starter.club,
    country: starter.country,
    wave: starter.wave,
    category: starter.category,
  },
  closed,
);

const Listed = {
  id: Type.String(),
  version: Type.Integer({ description: 'Grows with each change of the race.' }),
  name: Type.String(),
  organiser: Type.String(),
  sport: Type.String(),
  state: Type.Enum(RACE_STATES, { type: 'string' }),
  startMs: MaybeNumber('The first gun, ms since the epoch.'),
  closesMs: MaybeNumber('Nothing after it counts.'),
  starters: Type.Integer(),
};

const { ends: _ends, ...checkpoint } = CheckpointSchema.properties;
/** A tuple is said in other words in OpenAPI than in the schema of CONFIG. */
export const Checkpoint = Type.Object(
  { ...checkpoint, ends: Type.Union([Type.Array(PlaceSchema, { minItems: 2, maxItems: 2 }), Type.Null()]) },
  closed,
);

export const RaceList = Type.Object({ races: Type.Array(Type.Object(Listed, closed)) }, closed);

export const RaceDetail = Type.Object(
  {
    ...Listed,
    course: Type.Union([CourseSchema, Type.Null()]),
    checkpoints: Type.Array(Checkpoint),
    waves: Type.Array(WaveSchema),
    categories: Type.Array(CategorySchema),
  },
  closed,
);

export const StarterList = Type.Object({ version: Type.Integer(), starters: Type.Array(Starter) }, closed);

export const TooCloseSchema = Type.Union(
  [Type.Object({ ahead: Type.Integer(), behind: Type.Integer() }, closed), Type.Null()],
  {
    description:
      'How many of those ranked ahead, and behind, have finish times too close to this one to say who was first; ' +
      'null for whoever has not finished.',
  },
);
export const CertaintySchema = Type.Union(
  [
    Type.Object(
      {
        tooCloseSigmas: Type.Number({
          description:
            'Two finishes, one of them estimated, are too close within so many standard deviations of the time ' +
            'between them.',
        }),
        placesWithin: Type.Integer({
          description: 'Ninety-five of a hundred finishers are no more than so many places from their true one.',
        }),
      },
      closed,
    ),
    Type.Null(),
  ],
  { description: 'How sure the order of the finishers is; null before anybody has finished.' },
);

const Row = Type.Object(
  {
    bib: Type.String(),
    who: Type.Union([Starter, Type.Null()]),
    status: Type.Enum(BOARD_STATUSES, { type: 'string' }),
    statusReason: Type.Union([Type.Enum(STATUS_REASONS, { type: 'string' }), Type.Null()], {
      description:
        'Why the board itself says dnf or dns: not seen long after the gun, no farther for long, not heard of for ' +
        'long while others were, or the race closed. Late data takes it back; null when a person decided.',
    }),
    rank: MaybeNumber('Among all who run or finished.'),
    waveRank: MaybeNumber('Among those of the wave.'),
    sexRank: MaybeNumber('Among those of the sex.'),
    categoryRank: MaybeNumber('Among those of the category.'),
    clubRank: MaybeNumber('Among those of the club.'),
    positionM: MaybeNumber('Along the course, m.'),
    seenMs: MaybeNumber('When they were last heard of, ms since the epoch.'),
    speedMps: MaybeNumber('m/s'),
    lap: MaybeNumber('From 1.'),
    isOffCourse: Type.Boolean(),
    isSilent: Type.Boolean({ description: 'A runner of whom nothing was heard for half a minute.' }),
    gunMs: MaybeNumber("From the wave's gun to the finish, or to where they were last, ms."),
    chipMs: MaybeNumber('The same from their own start line.'),
    gapLeaderMs: MaybeNumber('Behind the first, at the same place of the course, ms.'),
    gapAheadMs: MaybeNumber('Behind the one ahead, at the same place of the course, ms.'),
    predictedMs: Type.Union(
      [Type.Object({ p10: Type.Integer(), p50: Type.Integer(), p90: Type.Integer() }, closed), Type.Null()],
      { description: 'Of the finish: an interval that holds eight of ten, and its middle, ms.' },
    ),
    group: MaybeNumber('On the road, from the front.'),
    lastCrossing: Type.Union([
      Type.Object(
        {
          checkpoint: Type.String(),
          pass: Type.Integer(),
          timeMs: Type.Number(),
          status: Type.Enum(['estimated', 'provisional', 'official'], { type: 'string' }),
          revision: Type.Integer(),
        },
        closed,
      ),
      Type.Null(),
    ]),
    tooClose: TooCloseSchema,
  },
  closed,
);

export const BoardAnswer = Type.Object(
  {
    race: Type.String(),
    raceVersion: Type.Integer(),
    state: Type.Enum(RACE_STATES, { type: 'string' }),
    atMs: Type.Integer({ description: 'When the board was made, ms since the epoch.' }),
    dataMs: MaybeNumber('The newest thing that it knows of, ms since the epoch.'),
    total: Type.Integer({ description: 'Rows that match, on all pages.' }),
    certainty: CertaintySchema,
    counts: Type.Object(
      Object.fromEntries(BOARD_STATUSES.map((status) => [status, Type.Integer()])) as Record<BoardStatus, TInteger>,
      { ...closed, description: 'How many athletes of the whole race stand how.' },
    ),
    rows: Type.Array(Row),
    groups: Type.Array(
      Type.Object(
        {
          group: Type.Integer(),
          size: Type.Integer(),
          bib: Type.String({ description: 'Who leads it.' }),
          positionM: Type.Number(),
          gapMs: MaybeNumber('To whoever runs ahead, ms.'),
        },
        closed,
      ),
    ),
  },
  closed,
);

const Crossing = Type.Object(
  {
    checkpoint: Type.String(),
    pass: Type.Integer(),
    positionM: Type.Number({ description: 'Along the course, m.' }),
    timeMs: Type.Number({ description: 'ms since the epoch' }),
    sigmaMs: Type.Number({ description: 'Standard deviation of the time, ms.' }),
    source: Type.Enum(CROSSING_SOURCES, { type: 'string' }),
    status: Type.Enum(['estimated', 'provisional', 'official'], { type: 'string' }),
    revision: Type.Integer({ description: 'Grows with each report of the crossing.' }),
  },
  closed,
);

export const AthleteAnswer = Type.Object(
  {
    race: Type.String(),
    row: Row,
    crossings: Type.Array(Crossing, { description: 'Those that count, in the order of the course.' }),
    passed: Type.Array(Type.Object({ positionM: Type.Number(), timeMs: Type.Number() }, closed), {
      description: 'Places along the course and when they were passed; between two the pace is taken to be even.',
    }),
    heart: Type.Union(
      [
        Type.Array(Type.Object({ positionM: Type.Number(), timeMs: Type.Number(), heartRate: Type.Integer() }, closed)),
        Type.Null(),
      ],
      {
        description:
          'Heart rate along the course, bpm, of a starter who agreed that everybody may see it in this race ' +
          '(`shows_heart_rate` of the starters); null of all others.',
      },
    ),
  },
  closed,
);

export const GapsList = Type.Object(
  {
    race: Type.String(),
    to: Type.String({ description: 'The bib that gaps are to.' }),
    gaps: Type.Array(
      Type.Object({ bib: Type.String(), gapMs: MaybeNumber('Behind, at the same place of the course, ms.') }, closed),
    ),
  },
  closed,
);

export function listedAnswer({ id, version, name, organiser, sport, state, waves, closesMs, starters }: Race) {
  const startMs = waves.length === 0 ? null : Math.min(...waves.map(({ gunTimeMs }) => gunTimeMs));
  return { id, version, name, organiser, sport, state, startMs, closesMs, starters: starters.length };
}

/** Those that are public, as a list of them has them. */
export function latestOf(races: readonly Race[]): ReturnType<typeof listedAnswer>[] {
  const listed = races.filter(isPublic).map(listedAnswer);
  return listed.sort((a, b) => (b.startMs ?? 0) - (a.startMs ?? 0) || (a.id < b.id ? -1 : 1));
}

export function detailAnswer(race: Race) {
  const { course, checkpoints, waves, categories } = race;
  return { ...listedAnswer(race), course, checkpoints, waves, categories };
}

export function startersAnswer({ starters, startersVersion }: Race) {
  return { version: startersVersion, starters: starters.map(publicStarter) };
}

export function boardAnswer(race: Race, board: Board, rows: readonly BoardRow[], total: number) {
  const answer = publicBoard(race, { ...board, rows: board.rows.values() }, rows, total);
  return { ...answer, rows: [...answer.rows], groups: [...answer.groups] };
}

export function athleteAnswer(race: Race, row: BoardRow, { crossings, passed, heart }: AthleteWay) {
  // Asked here too: a holder may not know yet that somebody shows it no more.
  const isShown = race.starters.find(({ bib }) => bib === row.bib)?.showsHeartRate === true;
  return {
    race: race.id,
    row: { ...row, who: whoIs(row.bib, race) },
    crossings: [...crossings],
    passed: passed.map(([positionM, timeMs]) => ({ positionM, timeMs })),
    heart:
      isShown && heart !== null
        ? heart.map(([positionM, timeMs, heartRate]) => ({ positionM, timeMs, heartRate }))
        : null,
  };
}

/** Of what a board says, whatever the moment in which it was made. */
export function boardTag({ atMs: _, ...stable }: ReturnType<typeof boardAnswer>): string {
  return tagOfAnswer(stable);
}
