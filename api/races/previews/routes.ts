import { Type } from 'typebox';
import type { KeyValue } from '../../../runtime/kv/kv.ts';
import type { Access } from '../../access.ts';
import { invalidParameter, problemResponses } from '../../problem.ts';
import type { ApiServer } from '../../server.ts';
import { strictValidator } from '../../strict-json.ts';
import { RaceParams } from '../query.ts';
import { CHANGE_PROBLEMS, readOwn } from '../setup/owned-race.ts';
import { StatedRace, settingOf } from '../setup/stated-race.ts';
import { Preview, PreviewProgress } from './preview-schemas.ts';
import { createPreviewing, type PreviewingDeps, questionOf } from './previewing.ts';

export interface PreviewRoutesDeps extends PreviewingDeps {
  readonly access: Access;
  /** The bucket CONFIG. */
  readonly config: KeyValue;
}

/** The question travels in one message. */
const MAX_BODY_BYTES = 512 * 1024;
const WAIT_S = { default: 10, max: 25 };

const PreviewHeaders = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'The ETag of the version that would be changed.' })),
  prefer: Type.Optional(
    Type.String({ description: `wait=N: answer after N seconds at most (RFC 7240), ${WAIT_S.max} at most.` }),
  ),
});

/** What a change of a race would do to it, before anybody makes it. */
export function addPreviewRoutes(server: ApiServer, deps: PreviewRoutesDeps): void {
  const { access, config } = deps;
  const preview = createPreviewing(deps);
  const json = <Schema>(schema: Schema) => ({ 'application/json': { schema } });

  server.post(
    '/v1/races/:id/previews',
    {
      bodyLimit: MAX_BODY_BYTES,
      validatorCompiler: strictValidator,
      schema: {
        tags: ['organisers'],
        security: [{ token: [] }],
        operationId: 'previewChange',
        summary: 'What a moved checkpoint or gun would do to a live race: times, ranks, crossings, athlete by athlete',
        description:
          'Takes what a change of the race takes (its `state` does not matter), and changes nothing. Crossings that ' +
          'the change touches are looked for in the stored samples, as they are once it is made. While that goes on ' +
          'the answer is 202; the same request again waits on.',
        params: RaceParams,
        headers: PreviewHeaders,
        body: StatedRace,
        response: {
          200: { description: 'What would be otherwise', content: json(Preview) },
          202: { description: 'How far it is', content: json(PreviewProgress) },
          ...problemResponses(...CHANGE_PROBLEMS, 'race_draft', 'previews_busy', 'board_unavailable', 'internal_error'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const before = await readOwn(config, id, await access.requireOrganiser(request));
      const question = questionOf(before, request.headers['if-match'], (own) => settingOf(request.body, own));
      const found = await preview(id, question, waitMsOf(request.headers.prefer));
      reply.header('cache-control', 'private, no-store');
      if ('preview' in found) return found.preview as Type.Static<typeof Preview>;
      reply.code(202);
      return found;
    },
  );
}

function waitMsOf(prefer: string | undefined): number {
  if (prefer === undefined) return 1_000 * WAIT_S.default;
  const seconds = /^wait=(\d{1,4})$/.exec(prefer.trim())?.[1];
  if (seconds === undefined) throw invalidParameter('headers/prefer', 'is not wait=N');
  return 1_000 * Math.min(WAIT_S.max, Number(seconds));
}
