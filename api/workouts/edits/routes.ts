import type { Access } from '../../access.ts';
import { changes, instead, json, NOTHING, OWN_PROBLEMS, reads, SOMEBODY, takes } from '../../accounts/route-parts.ts';
import { ChangeHeaders } from '../../requests/etag.ts';
import { IdempotencyHeaders } from '../../requests/idempotency.ts';
import type { ApiServer } from '../../server.ts';
import { WorkoutParams } from '../statements.ts';
import type { WorkoutEdits } from './edits.ts';
import * as said from './statements.ts';

export interface WorkoutEditRoutesDeps {
  readonly access: Access;
  readonly edits: WorkoutEdits;
}

const WORKOUTS = { ...SOMEBODY, tags: ['workouts'] };
const COUNTED =
  'The numbers are counted again from the stored samples within seconds; until then the edit is waiting. ';

/** Making one workout of several, or two of one, and taking that back. */
export function addWorkoutEditRoutes(server: ApiServer, { access, edits }: WorkoutEditRoutesDeps): void {
  server.post(
    '/v1/workouts/joins',
    {
      ...takes,
      ...changes,
      schema: {
        ...WORKOUTS,
        operationId: 'joinWorkouts',
        summary: "Make one of several of one's workouts",
        description:
          `${COUNTED}They have to be measured, of one sport, at most twelve hours apart, with nothing else measured ` +
          'in between; that time is a pause. The one that is left goes by the id of the first.',
        headers: IdempotencyHeaders,
        body: said.NewJoin,
        response: {
          202: json('An edit for each gap; none where a split is undone', said.WorkoutEditList),
          ...instead(
            ...OWN_PROBLEMS,
            ...(['unknown_workout', 'changed_meanwhile', 'too_many_edits', 'bad_request', 'key_reused'] as const),
          ),
        },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      const answer = await edits.join(caller, request.body.workouts, request.headers['idempotency-key']);
      reply.code(202);
      return answer;
    },
  );

  server.post(
    '/v1/workouts/:id/splits',
    {
      ...takes,
      ...changes,
      schema: {
        ...WORKOUTS,
        operationId: 'splitWorkout',
        summary: "Make two of one of one's workouts",
        description: `${COUNTED}The first keeps the id, and what was said of it.`,
        params: WorkoutParams,
        headers: ChangeHeaders,
        body: said.NewSplit,
        response: {
          202: json('The edit', said.WorkoutEdit),
          ...instead(
            ...OWN_PROBLEMS,
            ...(['unknown_workout', 'changed_meanwhile', 'if_match_needed', 'too_many_edits', 'bad_request'] as const),
          ),
        },
      },
    },
    async (request, reply) => {
      const { params, body, headers } = request;
      const caller = await access.requireAccount(request);
      const answer = await edits.split(caller, params.id, body.atMs, headers['if-match']);
      reply.code(202);
      return answer;
    },
  );

  server.get(
    '/v1/workouts/edits',
    {
      ...reads,
      schema: {
        ...WORKOUTS,
        operationId: 'listWorkoutEdits',
        summary: "Which of one's workouts were joined or split",
        response: { 200: json('All that hold', said.WorkoutEditList), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request) => edits.list(await access.requireAccount(request)),
  );

  server.delete(
    '/v1/workouts/edits/:id',
    {
      ...changes,
      schema: {
        ...WORKOUTS,
        operationId: 'undoWorkoutEdit',
        summary: 'Undo a join or a split',
        description: 'The workouts are found again as the samples show them, within seconds.',
        params: said.EditParams,
        response: { ...NOTHING, ...instead(...OWN_PROBLEMS, 'unknown_edit') },
      },
    },
    async (request, reply) => {
      await edits.undo(await access.requireAccount(request), request.params.id);
      reply.code(204);
    },
  );
}
