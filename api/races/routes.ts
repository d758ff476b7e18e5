import type { Races } from '../../runtime/races.ts';
import { Problem, problemResponses } from '../problem.ts';
import { answersKnown } from '../requests/etag.ts';
import type { ApiServer } from '../server.ts';
import {
  AthleteAnswer,
  athleteAnswer,
  BoardAnswer,
  boardAnswer,
  boardTag,
  detailAnswer,
  GapsList,
  latestOf,
  RaceDetail,
  RaceList,
  StarterList,
  startersAnswer,
} from './answer.ts';
import type { BoardSource } from './board-source.ts';
import { publicRace } from './known-race.ts';
import { BoardQuery, chooseRows, GapsQuery, RaceParams, StarterParams } from './query.ts';

export interface RaceRoutesDeps {
  readonly races: Pick<Races, 'get' | 'all' | 'isReady'>;
  readonly boards: BoardSource;
}

/** Long enough that a crowd behind a proxy costs one request a second. */
const BOARD_CACHE = 'public, max-age=1, stale-while-revalidate=5';
/** What is known of a moment that is over changes with late data and acts alone, and not at all once it is official. */
const PAST_CACHE = 'public, max-age=10';
const OFFICIAL_CACHE = 'public, max-age=300';
const RACE_CACHE = 'public, max-age=10';

/** What everybody may read of a race that is no draft. */
export function addRaceRoutes(server: ApiServer, { races, boards }: RaceRoutesDeps): void {
  const common = { tags: ['races'], security: [] };
  const ok = <Schema>(description: string, schema: Schema) => ({
    200: { description, content: { 'application/json': { schema } } },
  });
  const ofOneNames = ['unknown_race', 'invalid_request', 'store_unavailable'] as const;
  const ofOne = problemResponses(...ofOneNames);

  const find = (id: string) => publicRace(races, id);

  server.get(
    '/v1/races',
    {
      schema: {
        ...common,
        operationId: 'listRaces',
        summary: 'Races, the latest first',
        response: { ...ok('All that are no drafts', RaceList), ...problemResponses('store_unavailable') },
      },
    },
    async (_request, reply) => {
      if (!races.isReady) find('');
      reply.header('cache-control', RACE_CACHE);
      return { races: latestOf(races.all()) };
    },
  );

  server.get(
    '/v1/races/:id',
    {
      schema: {
        ...common,
        operationId: 'readRace',
        summary: 'A race: its course, checkpoints, waves and categories',
        params: RaceParams,
        response: { ...ok('The version that holds', RaceDetail), ...ofOne },
      },
    },
    async (request, reply) => {
      const race = find(request.params.id);
      const tag = `"${race.id}-${race.version}"`;
      if (answersKnown(request, reply, { tag, cache: RACE_CACHE })) return;
      return detailAnswer(race);
    },
  );

  server.get(
    '/v1/races/:id/starters',
    {
      schema: {
        ...common,
        operationId: 'listStarters',
        summary: 'Who starts in a race, as everybody may know',
        params: RaceParams,
        response: { ...ok('All starters', StarterList), ...ofOne },
      },
    },
    async (request, reply) => {
      const race = find(request.params.id);
      const tag = `"${race.id}-starters-${race.startersVersion}"`;
      if (answersKnown(request, reply, { tag, cache: RACE_CACHE })) return;
      return startersAnswer(race);
    },
  );

  server.get(
    '/v1/races/:id/board',
    {
      schema: {
        ...common,
        operationId: 'readBoard',
        summary: 'The board of a race: ranks, gaps, positions, predictions',
        description:
          'In the order of rank, then those without one by bib. The ETag changes with what the board says, not with ' +
          'the moment; `If-None-Match` is answered with 304. `/v1/live/races/{id}` brings the same by WebSocket.\n\n' +
          'With `at` it is the board of a moment that is over, not as it was shown then but as it is known now: ' +
          'corrected and late crossings count from the moment that they are of, whoever sent late was where we know ' +
          'by now, and who is disqualified by now has no rank. Whether somebody was off course or silent for a while ' +
          'is not kept.',
        params: RaceParams,
        querystring: BoardQuery,
        response: { ...ok('One page', BoardAnswer), ...problemResponses(...ofOneNames, 'board_unavailable') },
      },
    },
    async (request, reply) => {
      const race = find(request.params.id);
      const { at } = request.query;
      const board = await (at === undefined ? boards.read(race.id) : boards.past(race.id, at));
      if (board === null) throw new Problem('board_unavailable', { detail: race.id });
      const { rows, total } = chooseRows(race, board, request.query);
      const answer = boardAnswer(race, board, rows, total);
      const cache = at === undefined ? BOARD_CACHE : race.state === 'published' ? OFFICIAL_CACHE : PAST_CACHE;
      if (answersKnown(request, reply, { tag: boardTag(answer), cache })) return;
      return answer;
    },
  );

  server.get(
    '/v1/races/:id/athletes/:bib',
    {
      schema: {
        ...common,
        operationId: 'readRaceAthlete',
        summary: 'One athlete of a race: their row of the board, each crossing, and when they were where',
        params: StarterParams,
        response: {
          ...ok('As it is known now', AthleteAnswer),
          ...problemResponses(...ofOneNames, 'unknown_starter', 'board_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const race = find(request.params.id);
      const { bib } = request.params;
      const [board, answer] = await Promise.all([boards.read(race.id), boards.way(race.id, bib)]);
      if (board === null || answer === null) throw new Problem('board_unavailable', { detail: race.id });
      const row = board.rows.get(bib);
      if (row === undefined || answer.way === null) throw new Problem('unknown_starter', { detail: bib });
      reply.header('cache-control', BOARD_CACHE);
      return athleteAnswer(race, row, answer.way);
    },
  );

  server.get(
    '/v1/races/:id/gaps',
    {
      schema: {
        ...common,
        operationId: 'readGaps',
        summary: 'How far everybody is behind one athlete, at the last place where both were',
        params: RaceParams,
        querystring: GapsQuery,
        response: {
          ...ok('Everybody with a rank', GapsList),
          ...problemResponses(...ofOneNames, 'no_rank', 'board_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const race = find(request.params.id);
      const { to } = request.query;
      const answer = await boards.gaps(race.id, to);
      if (answer === null) throw new Problem('board_unavailable', { detail: race.id });
      if (answer.gaps === null) throw new Problem('no_rank', { detail: to });
      reply.header('cache-control', BOARD_CACHE);
      return { race: race.id, to, gaps: Object.entries(answer.gaps).map(([bib, gapMs]) => ({ bib, gapMs })) };
    },
  );
}
