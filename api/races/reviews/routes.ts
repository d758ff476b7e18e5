import { Type } from 'typebox';
import type { Races } from '../../../runtime/races.ts';
import {
  isOutdated,
  REVIEW_DECISIONS,
  REVIEW_KINDS,
  REVIEW_SEVERITIES,
  type ReviewEntry,
} from '../../../schemas/review.ts';
import type { Access } from '../../access.ts';
import { Problem, problemResponses } from '../../problem.ts';
import type { ApiServer } from '../../server.ts';
import type { BoardSource } from '../board-source.ts';
import { ownRace } from '../known-race.ts';
import { RaceParams } from '../query.ts';
import { OWN_PROBLEMS } from '../setup/owned-race.ts';

export interface RaceReviewRoutesDeps {
  readonly access: Access;
  readonly races: Pick<Races, 'get' | 'isReady'>;
  readonly boards: Pick<BoardSource, 'reviews'>;
}

const closed = { additionalProperties: false };
const Place = Type.Object(
  { atMs: Type.Number(), positionM: Type.Number({ description: 'Along the course, m.' }) },
  closed,
);
const Decision = Type.Object(
  {
    decision: Type.Enum(REVIEW_DECISIONS, { type: 'string' }),
    revision: Type.Integer({ description: 'Of the finding, as it was when it was decided.' }),
    by: Type.String(),
    saidMs: Type.Number({ description: 'ms since the epoch' }),
    why: Type.String(),
    isOutdated: Type.Boolean({ description: 'The evidence has changed since: the finding waits for a person again.' }),
  },
  closed,
);
const Finding = Type.Object(
  {
    id: Type.String({ description: 'Stable within the race.' }),
    revision: Type.Integer({ description: 'From 1; grows with the evidence, and when it is withdrawn or comes back.' }),
    kind: Type.Enum(REVIEW_KINDS, { type: 'string' }),
    severity: Type.Enum(REVIEW_SEVERITIES, {
      type: 'string',
      description: 'high: hardly anything else explains it. low: worth a look.',
    }),
    bibs: Type.Array(Type.String(), { description: 'One athlete, or the two whose devices travel together.' }),
    about: Type.String({ description: 'The checkpoint and pass that is missing; else empty or a word.' }),
    foundMs: Type.Number({ description: 'Event time of what it was found with first, ms since the epoch.' }),
    from: Place,
    until: Place,
    numbers: Type.Record(Type.String(), Type.Number(), { description: 'What it rests on: names end in their units.' }),
    isWithdrawn: Type.Boolean({ description: 'Later data showed that there is nothing.' }),
    decision: Type.Union([Decision, Type.Null()], { description: 'By an act of the type `review`; null before.' }),
  },
  closed,
);
const ReviewList = Type.Object(
  {
    race: Type.String(),
    leftOut: Type.Integer({ description: 'Findings for which there was no room.' }),
    findings: Type.Array(Finding),
  },
  closed,
);

/** What may be wrong with whose race, for those who decide about it. */
export function addRaceReviewRoutes(server: ApiServer, { access, races, boards }: RaceReviewRoutesDeps): void {
  server.get(
    '/v1/races/:id/reviews',
    {
      schema: {
        tags: ['organisers'],
        security: [{ token: [] }],
        operationId: 'readReviews',
        summary: 'The queue of the review: who may have cut, been driven, or carried a device, with the evidence',
        description:
          'What waits for a person first, the surest and latest of it before the rest; then what was decided, and ' +
          'what was withdrawn.',
        params: RaceParams,
        response: {
          200: { description: 'The queue', content: { 'application/json': { schema: ReviewList } } },
          ...problemResponses(...OWN_PROBLEMS, 'board_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const official = await access.requireOrganiser(request);
      const { id } = request.params;
      ownRace(races, id, official);
      const answer = await boards.reviews(id);
      if (answer === null) throw new Problem('board_unavailable', { detail: id });
      reply.header('cache-control', 'private, no-cache');
      return { race: id, leftOut: answer.leftOut, findings: answer.findings.map(findingAnswer) };
    },
  );
}

function findingAnswer({ bibs, numbers, decision, ...own }: ReviewEntry) {
  const decided = decision && { ...decision, isOutdated: isOutdated({ ...own, decision }) };
  return { ...own, bibs: [...bibs], numbers: { ...numbers }, decision: decided };
}
