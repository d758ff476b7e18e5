import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { Races } from '../../../runtime/races.ts';
import type { Race } from '../../../schemas/race.ts';
import { Problem, problemResponses } from '../../problem.ts';
import type { ApiServer } from '../../server.ts';
import type { BoardSource } from '../board-source.ts';
import { publicRace } from '../known-race.ts';
import { RaceParams } from '../query.ts';
import { resultsPdfStream } from './pdf/pdf-in-thread.ts';
import { Results, resultsOf } from './results.ts';
import { resultsCsv } from './results-csv.ts';

export interface ResultRoutesDeps {
  readonly races: Pick<Races, 'get' | 'isReady'>;
  readonly boards: Pick<BoardSource, 'read' | 'splits'>;
}

const ResultsQuery = Type.Object(
  { format: Type.Optional(Type.Enum(['json', 'csv', 'pdf'], { type: 'string', default: 'json' })) },
  { additionalProperties: false },
);
/** A thread each, with some hundred megabytes at the most. */
const MAX_AT_ONCE = 2;
const CACHE = 'public, max-age=1, stale-while-revalidate=5';

/** The results of a race, for everybody. */
export function addResultRoutes(server: ApiServer, { races, boards }: ResultRoutesDeps): void {
  let writing = 0;
  const reading = new Map<string, Promise<Results>>();

  server.get(
    '/v1/races/:id/results',
    {
      schema: {
        tags: ['races'],
        security: [],
        operationId: 'readResults',
        summary: 'The results of a race, as JSON, CSV or PDF',
        description:
          'Who finished by rank, then everybody else by what became of them. Until the race is published they are ' +
          'what the board says now. Each has its splits: when they crossed each checkpoint, from the gun and from ' +
          'their own start, and how sure that is. Times of CSV and PDF count a begun second as a whole one; in the ' +
          'CSV ms stand beside them. The PDF is on A4, with Noto Sans: of scripts other than Latin, Greek and ' +
          'Cyrillic, and of emoji, it has � for each letter; bibs, CSV and JSON say who that is.',
        params: RaceParams,
        querystring: ResultsQuery,
        response: {
          200: {
            description: 'All results',
            content: {
              'application/json': { schema: Results },
              'text/csv': { schema: Type.Unsafe<Results>({ type: 'string' }) },
              'application/pdf': { schema: Type.Unsafe<Results>({ type: 'string', format: 'binary' }) },
            },
          },
          ...problemResponses(
            'unknown_race',
            'invalid_request',
            'store_unavailable',
            'board_unavailable',
            'exports_busy',
          ),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const race = publicRace(races, id);
      const { format = 'json' } = request.query;
      const results = await readResults(race);
      const file = format === 'json' ? results : format === 'csv' ? resultsCsv(results, race) : pdfOf(results, race);
      reply.header('cache-control', CACHE);
      if (format === 'json') return results;
      const disposition = format === 'pdf' ? 'inline' : 'attachment';
      return reply
        .header('content-disposition', `${disposition}; filename="${id}-results.${format}"`)
        .type(format === 'pdf' ? 'application/pdf' : 'text/csv; charset=utf-8')
        .send(file as never);
    },
  );

  /** Throws the problem `exports_busy`. */
  function pdfOf(results: Results, { sport, waves, categories }: Race): Readable {
    if (writing >= MAX_AT_ONCE) throw new Problem('exports_busy');
    writing++;
    return resultsPdfStream({ results, sport, waves, categories }).once('close', () => writing--);
  }

  /** Whoever asks while they are put together gets the same. */
  function readResults(race: Race): Promise<Results> {
    const before = reading.get(race.id);
    if (before !== undefined) return before;
    const now = putTogether(race).finally(() => reading.delete(race.id));
    reading.set(race.id, now);
    return now;
  }

  async function putTogether(race: Race): Promise<Results> {
    const board = await boards.read(race.id);
    const crossings = board && (await boards.splits(race.id, [...board.rows.keys()]));
    if (crossings === null) throw new Problem('board_unavailable', { detail: race.id });
    return resultsOf(race, board!, crossings);
  }
}
