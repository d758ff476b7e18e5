import type { Access } from '../access.ts';
import { changes, instead, json, NOTHING, OWN_PROBLEMS, reads, SOMEBODY, takes } from '../accounts/route-parts.ts';
import { answersKnown, ChangeHeaders } from '../requests/etag.ts';
import { IdempotencyHeaders } from '../requests/idempotency.ts';
import { PageQuery } from '../requests/paging.ts';
import type { ApiServer } from '../server.ts';
import { workoutTag } from './answer.ts';
import * as said from './statements.ts';
import type { Workouts } from './workouts.ts';

export interface WorkoutRoutesDeps {
  readonly access: Access;
  readonly workouts: Workouts;
}

const WORKOUTS = { ...SOMEBODY, tags: ['workouts'] };
/** Notes of 5,000 signs, of four bytes each. */
const MAX_BODY_BYTES = 64 * 1024;
const takesNotes = { ...takes, bodyLimit: MAX_BODY_BYTES };
const ofOne = [...OWN_PROBLEMS, 'unknown_workout'] as const;
const PATH = '/v1/workouts';

/** A person's history: what the stream showed of it, and what they entered by hand. */
export function addWorkoutRoutes(server: ApiServer, { access, workouts }: WorkoutRoutesDeps): void {
  server.get(
    PATH,
    {
      ...reads,
      schema: {
        ...WORKOUTS,
        operationId: 'listWorkouts',
        summary: "One's own workouts, the one that goes on first, then the newest first",
        querystring: said.HistoryQuery,
        response: { 200: json('A page', said.WorkoutList), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request) => workouts.list(await access.requireAccount(request), request.query),
  );

  server.get(
    `${PATH}/totals`,
    {
      ...reads,
      schema: {
        ...WORKOUTS,
        operationId: 'sumWorkouts',
        summary: 'How many workouts a filter lets through, and their sums',
        querystring: said.FilterQuery,
        response: { 200: json('Sums', said.WorkoutTotals), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request) => workouts.totals(await access.requireAccount(request), request.query),
  );

  server.post(
    PATH,
    {
      ...takesNotes,
      ...changes,
      schema: {
        ...WORKOUTS,
        operationId: 'createWorkout',
        summary: 'Enter a workout by hand',
        headers: IdempotencyHeaders,
        body: said.NewWorkout,
        response: {
          201: json('The workout', said.Workout),
          ...instead(...OWN_PROBLEMS, 'bad_request', 'key_reused', 'consent_needed'),
        },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      const answer = await workouts.enter(caller, request.body, request.headers['idempotency-key']);
      reply.code(201).headers(answer.headers);
      return answer.body;
    },
  );

  server.get(
    `${PATH}/:id`,
    {
      ...reads,
      schema: {
        ...WORKOUTS,
        operationId: 'readWorkout',
        summary: 'A workout',
        description: 'The ETag is the version that a change is made from; `If-None-Match` is answered with 304.',
        params: said.WorkoutParams,
        response: { 200: json('The workout', said.Workout), ...instead(...ofOne) },
      },
    },
    async (request, reply) => {
      const workout = await workouts.one(await access.requireAccount(request), request.params.id);
      if (workout.status === 'live') return workout;
      if (answersKnown(request, reply, { tag: workoutTag(workout), cache: 'private, no-cache' })) return;
      return workout;
    },
  );

  server.patch(
    `${PATH}/:id`,
    {
      ...takesNotes,
      ...changes,
      schema: {
        ...WORKOUTS,
        operationId: 'changeWorkout',
        summary: 'Change what is said of a workout',
        description: 'What is left out stays as it is. Numbers that the stream measured are not changed.',
        params: said.WorkoutParams,
        headers: ChangeHeaders,
        body: said.WorkoutChange,
        response: {
          200: json('The workout as it is now', said.Workout),
          ...instead(...ofOne, 'bad_request', 'changed_meanwhile', 'if_match_needed'),
        },
      },
    },
    async (request, reply) => {
      const { params, body, headers } = request;
      const workout = await workouts.change(await access.requireAccount(request), params.id, body, headers['if-match']);
      reply.header('etag', workoutTag(workout));
      return workout;
    },
  );

  server.delete(
    `${PATH}/:id`,
    {
      ...changes,
      schema: {
        ...WORKOUTS,
        operationId: 'removeWorkout',
        summary: 'Remove a workout from the history',
        description: 'One from the stream is hidden and counts no more; the samples that devices sent stay stored.',
        params: said.WorkoutParams,
        headers: ChangeHeaders,
        response: { ...NOTHING, ...instead(...ofOne, 'changed_meanwhile', 'if_match_needed') },
      },
    },
    async (request, reply) => {
      const { params, headers } = request;
      await workouts.remove(await access.requireAccount(request), params.id, headers['if-match']);
      reply.code(204);
    },
  );

  server.get(
    `${PATH}/:id/changes`,
    {
      ...reads,
      schema: {
        ...WORKOUTS,
        operationId: 'listWorkoutChanges',
        summary: 'Who changed what of a workout, the newest first',
        params: said.WorkoutParams,
        querystring: PageQuery,
        response: { 200: json('A page', said.WorkoutChanges), ...instead(...ofOne) },
      },
    },
    async (request) => workouts.changes(await access.requireAccount(request), request.params.id, request.query),
  );
}
