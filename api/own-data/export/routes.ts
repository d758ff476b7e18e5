import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { Access } from '../../access.ts';
import { changes, guesses, instead, json, OWN_PROBLEMS, reads, SOMEBODY, whence } from '../../accounts/route-parts.ts';
import { KnownPassword } from '../../accounts/statements.ts';
import type { ApiServer } from '../../server.ts';
import type { Exports } from './exports.ts';
import { EXPORT_STATES } from './tables.ts';

export interface OwnExportRoutesDeps {
  readonly access: Access;
  readonly exports: Exports;
}

const PATH = '/v1/account/exports';
const closed = { additionalProperties: false };
const orNull = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });
const ExportParams = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{16}$', description: 'The id of the export' }),
});
const AskExport = Type.Object({ password: KnownPassword }, closed);
const Export = Type.Object(
  {
    id: ExportParams.properties.id,
    state: Type.Enum(EXPORT_STATES, { type: 'string', description: '`failed`: it was tried for days.' }),
    progress: Type.Number({ description: 'From 0 to 1.' }),
    bytes: Type.Integer({ description: 'So far.' }),
    createdMs: Type.Integer(),
    endedMs: orNull('When it was ready, or failed.'),
    expiresMs: orNull('When it is removed, three days later.'),
  },
  { ...closed, title: 'Export' },
);
const ExportList = Type.Object({ exports: Type.Array(Export) }, closed);

/** All that is kept of a person, as one file (GDPR, articles 15 and 20). */
export function addOwnExportRoutes(server: ApiServer, { access, exports }: OwnExportRoutesDeps): void {
  server.post(
    PATH,
    {
      ...guesses,
      schema: {
        ...SOMEBODY,
        operationId: 'askOwnExport',
        summary: 'Ask for all that is kept of one, as a zip',
        description:
          'It is written in the background; a letter tells when it is ready. One at a time, so it takes no ' +
          'idempotency key: a repeat finds that it is under way.',
        body: AskExport,
        response: {
          202: json('It is under way; its address tells how far', Export),
          ...instead(
            ...([...OWN_PROBLEMS, 'bad_request', 'wrong_credentials', 'too_many_attempts', 'busy'] as const),
            ...(['export_under_way', 'too_many_exports'] as const),
          ),
        },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      const asked = await exports.ask(caller, request.body.password, whence(request));
      reply.code(202).header('location', `${PATH}/${asked.id}`);
      return asked;
    },
  );

  server.get(
    PATH,
    {
      ...reads,
      schema: {
        ...SOMEBODY,
        operationId: 'listOwnExports',
        summary: 'What was asked for and is not removed yet, the newest first: few',
        response: { 200: json('All of them', ExportList), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request) => exports.list(await access.requireAccount(request)),
  );

  server.get(
    `${PATH}/:id`,
    {
      ...reads,
      schema: {
        ...SOMEBODY,
        operationId: 'readOwnExport',
        summary: 'How far an export is',
        params: ExportParams,
        response: { 200: json('The export', Export), ...instead(...OWN_PROBLEMS, 'unknown_export') },
      },
    },
    async (request) => exports.read(await access.requireAccount(request), request.params.id),
  );

  server.get(
    `${PATH}/:id/file`,
    {
      ...changes,
      schema: {
        ...SOMEBODY,
        operationId: 'downloadOwnExport',
        summary: 'The file: a zip with a README and a list of its files in it',
        description:
          'Only its owner gets it, by the same log-in as everything else; there is no link that opens it alone.',
        params: ExportParams,
        response: {
          200: {
            description: 'The zip',
            content: { 'application/zip': { schema: Type.String({ format: 'binary' }) } },
          },
          ...instead(...OWN_PROBLEMS, 'unknown_export', 'export_not_ready'),
        },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      const { bytes, createdMs, parts } = await exports.open(caller, request.params.id, whence(request));
      const day = new Date(createdMs).toISOString().slice(0, 10);
      return reply
        .header('content-disposition', `attachment; filename="slipstream-${day}.zip"`)
        .header('content-length', bytes)
        .type('application/zip')
        .send(Readable.from(parts, { objectMode: false }) as never);
    },
  );
}
