import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { UploadLimits } from '../../schemas/upload-limits.ts';
import type { Access } from '../access.ts';
import { changes, instead, json, OWN_PROBLEMS, reads, SOMEBODY } from '../accounts/route-parts.ts';
import { Problem } from '../problem.ts';
import { IdempotencyHeaders } from '../requests/idempotency.ts';
import { PageQuery } from '../requests/paging.ts';
import type { ApiServer } from '../server.ts';
import { strictValidator } from '../strict-json.ts';
import type { Imports } from './imports.ts';
import { RefusedUploadError } from './refused-upload.ts';
import * as said from './statements.ts';
import { uploadedFiles } from './uploaded-files.ts';

export interface ImportRoutesDeps {
  readonly access: Access;
  readonly imports: Imports;
  readonly limits: UploadLimits;
  /** False where nobody would import what is uploaded. */
  readonly isOpen: boolean;
}

const IMPORTS = { ...SOMEBODY, tags: ['workouts'] };
const PATH = '/v1/imports';
/** Uploads that are taken at once: each holds a file or two in memory. */
const MAX_UPLOADS = 2;

/** Files of activities, imported in the background. */
export function addImportRoutes(server: ApiServer, { access, imports, limits, isOpen }: ImportRoutesDeps): void {
  let uploads = 0;

  // In a scope of its own, so that no other route takes forms.
  server.register(async (scope) => {
    await scope.register(multipart, {
      throwFileSizeLimit: true,
      limits: { fields: 0, files: limits.maxParts, parts: limits.maxParts, fileSize: limits.maxPartBytes },
    });
    scope.post(
      PATH,
      {
        ...changes,
        // A form is read part by part; what is in it, its bytes say.
        validatorCompiler: ({ schema, httpPart }) =>
          httpPart === 'body' ? () => true : strictValidator({ schema: schema as object }),
        schema: {
          ...IMPORTS,
          operationId: 'createImport',
          summary: 'Upload activity files, to be imported in the background',
          description:
            `At most ${limits.maxParts} files or zips of ${limits.maxPartBytes} bytes at once; unpacked at most ` +
            `${limits.maxFiles} files of ${limits.maxFileBytes} bytes, and ${limits.maxBytes} bytes together. ` +
            'What a file is, its contents say. Nothing is taken of an upload that breaks off.',
          consumes: ['multipart/form-data'],
          headers: IdempotencyHeaders,
          body: said.UploadedFiles,
          response: {
            202: json('It is under way; its address tells how far', said.Import),
            ...instead(
              ...([...OWN_PROBLEMS, 'bad_request', 'key_reused', 'refused_upload', 'upload_too_large'] as const),
              ...(['busy', 'consent_needed', 'imports_waiting', 'imports_off'] as const),
            ),
          },
        },
      },
      async (request, reply) => {
        const caller = await access.requireAccount(request);
        if (!isOpen) throw new Problem('imports_off');
        if (!request.isMultipart()) throw new Problem('bad_request', { detail: 'it is no multipart/form-data' });
        if (uploads >= MAX_UPLOADS) throw new Problem('busy', {}, { retryAfterS: 5 });
        uploads++;
        try {
          const files = uploadedFiles(partsOf(request as unknown as FastifyRequest), limits);
          const { headers, body } = await imports.take(
            caller,
            files,
            request.headers['idempotency-key'] as string | undefined,
          );
          reply.code(202).headers(headers);
          return await imports.one(caller, body.id);
        } catch (error) {
          throw asProblem(error);
        } finally {
          uploads--;
        }
      },
    );
  });

  server.get(
    PATH,
    {
      ...reads,
      schema: {
        ...IMPORTS,
        operationId: 'listImports',
        summary: 'What was imported, the newest first',
        querystring: PageQuery,
        response: { 200: json('A page', said.ImportList), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request) => imports.list(await access.requireAccount(request), request.query),
  );

  server.get(
    `${PATH}/:id`,
    {
      ...reads,
      schema: {
        ...IMPORTS,
        operationId: 'readImport',
        summary: 'How far an import is, and what became of each file',
        params: said.ImportParams,
        response: { 200: json('The import', said.Import), ...instead(...OWN_PROBLEMS, 'unknown_import') },
      },
    },
    async (request) => imports.one(await access.requireAccount(request), request.params.id),
  );
}

const TOO_LARGE = ['FST_REQ_FILE_TOO_LARGE', 'FST_FILES_LIMIT', 'FST_PARTS_LIMIT', 'FST_FIELDS_LIMIT'];

/** The files of a form. Throws RefusedUploadError for one that is too large, breaks off or is none. */
async function* partsOf(request: FastifyRequest) {
  try {
    for await (const part of request.files()) yield { name: part.filename, bytes: await part.toBuffer() };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = TOO_LARGE.includes(code ?? '') ? 'upload_too_large' : 'broken_off';
    throw new RefusedUploadError(reason, message, { cause: error });
  }
}

function asProblem(error: unknown): unknown {
  if (!(error instanceof RefusedUploadError)) return error;
  const { reason, message } = error;
  const errors = [{ parameter: 'files', message: `${reason}: ${message}` }];
  const problem = reason === 'upload_too_large' ? 'upload_too_large' : 'refused_upload';
  return new Problem(problem, { detail: message, errors }, { cause: error });
}
