import type { Access } from '../access.ts';
import { changes, instead, json, NOTHING, OWN_PROBLEMS, reads, SOMEBODY, takes } from '../accounts/route-parts.ts';
import { ChangeHeaders } from '../requests/etag.ts';
import { IdempotencyHeaders } from '../requests/idempotency.ts';
import { type ApiServer, whenGone } from '../server.ts';
import { type Goals, goalTag } from './goals.ts';
import * as said from './statements.ts';

export interface GoalRoutesDeps {
  readonly access: Access;
  readonly goals: Goals;
}

const GOALS = { ...SOMEBODY, tags: ['progress'] };
const [ALL, ONE] = ['/v1/goals', '/v1/goals/:id'];
const ofOne = [...OWN_PROBLEMS, 'unknown_goal', 'if_match_needed', 'changed_meanwhile'] as const;

/** What people mean to do in every week, month or year, and how far they are. */
export function addGoalRoutes(server: ApiServer, { access, goals }: GoalRoutesDeps): void {
  server.get(
    ALL,
    {
      ...reads,
      schema: {
        ...GOALS,
        operationId: 'listGoals',
        summary: "One's own goals, with how far each is and was",
        description:
          'The same sums as of progress: workouts count where they begin, measured ones and those entered by hand.',
        response: { 200: json('All of them', said.GoalList), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request, reply) => goals.list(await access.requireAccount(request), whenGone(reply)),
  );

  server.post(
    ALL,
    {
      ...{ ...takes, ...changes },
      schema: {
        ...GOALS,
        operationId: 'createGoal',
        summary: 'Set a goal for every week, month or year',
        description: 'When a workout reaches it, its owner is told, once in each period. At most 20 goals.',
        headers: IdempotencyHeaders,
        body: said.NewGoal,
        response: {
          201: json('The goal', said.ShownGoal),
          ...instead('bad_request', 'key_reused', 'too_many_goals', ...OWN_PROBLEMS),
        },
      },
    },
    async (request, reply) => {
      const { account } = await access.requireAccount(request);
      const { body, headers } = await goals.add(account, request.body, request.headers['idempotency-key']);
      reply.code(201).headers(headers);
      return body;
    },
  );

  server.put(
    ONE,
    {
      ...{ ...takes, ...changes },
      schema: {
        ...GOALS,
        operationId: 'changeGoal',
        summary: 'Give a goal another target',
        description: 'What else it is makes it another goal. Who was told already is not told again in that period.',
        params: said.GoalParams,
        headers: ChangeHeaders,
        body: said.GoalChange,
        response: { 200: json('As it is now', said.ShownGoal), ...instead('bad_request', ...ofOne) },
      },
    },
    async (request, reply) => {
      const { account } = await access.requireAccount(request);
      const changed = await goals.change(account, request.params.id, request.body, request.headers['if-match']);
      reply.header('etag', goalTag(changed));
      return changed;
    },
  );

  server.delete(
    ONE,
    {
      ...changes,
      schema: {
        ...GOALS,
        operationId: 'removeGoal',
        summary: 'Drop a goal',
        params: said.GoalParams,
        headers: ChangeHeaders,
        response: { ...NOTHING, ...instead(...ofOne) },
      },
    },
    async (request, reply) => {
      const { account } = await access.requireAccount(request);
      await goals.remove(account, request.params.id, request.headers['if-match']);
      reply.code(204);
    },
  );
}
