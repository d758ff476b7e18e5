import { Type } from 'typebox';
import type { RaceAct } from '../../../schemas/race-act.ts';
import type { Access } from '../../access.ts';
import { problemResponses } from '../../problem.ts';
import type { ApiServer } from '../../server.ts';
import { strictValidator } from '../../strict-json.ts';
import { RaceParams } from '../query.ts';
import { OWN_PROBLEMS } from '../setup/owned-race.ts';
import { Audit, AuditedAct, NewAct, NewReads, StoredReads } from './act-schemas.ts';
import { type ActingDeps, createActing } from './acting.ts';
import { undoneBy } from './standing-acts.ts';
import type { TakeReads } from './take-reads.ts';

export interface RaceActRoutesDeps extends ActingDeps {
  readonly access: Access;
  readonly takeReads: TakeReads;
}

const ActHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ minLength: 1, maxLength: 128, description: 'The same request under the same key acts once.' }),
  ),
});
const DO_PROBLEMS = [...OWN_PROBLEMS, 'bad_request', 'race_draft'] as const;

/** What a timing system says of a race, what its organiser decides, and who decided what. */
export function addRaceActRoutes(server: ApiServer, deps: RaceActRoutesDeps): void {
  const { access, takeReads } = deps;
  const acting = createActing(deps);
  const common = { tags: ['organisers'], security: [{ token: [] }] };
  const json = <Schema>(schema: Schema) => ({ 'application/json': { schema } });

  server.post(
    '/v1/races/:id/reads',
    {
      validatorCompiler: strictValidator,
      schema: {
        ...common,
        operationId: 'storeReads',
        summary: 'Reads of chips and timing mats',
        description:
          'By an organiser or a feed of theirs. Answered once every read is stored; a repeat changes nothing. Which ' +
          'pass of the checkpoint a read was, and whether it counts beside other sources, is for the board to say.',
        params: RaceParams,
        body: NewReads,
        response: {
          200: { description: 'How many are stored, and which are of nobody', content: json(StoredReads) },
          ...problemResponses(...DO_PROBLEMS),
        },
      },
    },
    async (request) => {
      const official = await access.requireOrganiser(request, { feeds: true });
      const { stored, refused } = await takeReads(official, request.params.id, request.body.reads);
      return { stored, refused: [...refused] };
    },
  );

  server.post(
    '/v1/races/:id/acts',
    {
      validatorCompiler: strictValidator,
      schema: {
        ...common,
        operationId: 'actOnRace',
        summary: 'Disqualify, correct a crossing, decide about a finding, freeze, publish, undo',
        description:
          'An act is numbered and kept for ever, with who did it and why. `verdict` says dsq, dnf or dns of ' +
          'somebody, or takes it back with none. `crossing` states when somebody crossed, whatever other sources ' +
          'say; `strike` that they did not. `review` confirms or dismisses a finding, as it was in that revision; ' +
          'who is disqualified for it is by a `verdict`. After `freeze` only acts change the board; `publish` ' +
          'makes its results official. `undo` takes back the act with that number, another undo too. The board ' +
          'follows in a second.',
        params: RaceParams,
        headers: ActHeaders,
        body: NewAct,
        response: {
          201: { description: 'What was done, and what acts said of it before', content: json(AuditedAct) },
          ...problemResponses(
            ...DO_PROBLEMS,
            'unknown_act',
            'act_undone',
            'key_reused',
            'acts_busy',
            'board_unavailable',
          ),
        },
      },
    },
    async (request, reply) => {
      const official = await access.requireOrganiser(request);
      const key = request.headers['idempotency-key'];
      const done = await acting.act(request.params.id, official, request.body, key);
      reply.code(201);
      return auditAnswer(done, new Set());
    },
  );

  server.get(
    '/v1/races/:id/audit',
    {
      schema: {
        ...common,
        operationId: 'readAudit',
        summary: 'Every act on a race, and every change of its setting: who, when, and what it was about',
        params: RaceParams,
        response: { 200: { description: 'By number', content: json(Audit) }, ...problemResponses(...OWN_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const { acts, changes } = await acting.audit(request.params.id, await access.requireOrganiser(request));
      reply.header('cache-control', 'private, no-cache');
      const undone = undoneBy(acts);
      return { race: request.params.id, acts: acts.map((act) => auditAnswer(act, undone)), changes };
    },
  );
}

function auditAnswer({ number, by, saidMs, why, act, before, after }: RaceAct, undone: ReadonlySet<number>) {
  return { number, by, saidMs, why, act, before, after, isUndone: undone.has(number) };
}
