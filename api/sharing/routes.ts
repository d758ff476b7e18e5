import { Type } from 'typebox';
import type { Access } from '../access.ts';
import { ANYBODY, instead, json, OWN_PROBLEMS, reads, SOMEBODY } from '../accounts/route-parts.ts';
import { type FileWriter, fileName, MEDIA_TYPES } from '../activities/export/file-writer.ts';
import { type ApiServer, whenGone } from '../server.ts';
import type { Sharing } from './sharing.ts';
import * as said from './statements.ts';
import { shownStreams } from './streams-answer.ts';

export interface SharingRoutesDeps {
  readonly access: Access;
  readonly sharing: Sharing;
  readonly writer: FileWriter;
}

const PATH = '/v1/shared/workouts/:id';
const ANYBODYS = { ...ANYBODY, tags: ['workouts'] };
const problems = ['unknown_workout', 'too_large_to_export'] as const;
const HIDDEN = 'What others must not see answers as if it were not there. ';

/** What others see of a workout whose owner shows it, and what they would see of one's own. */
export function addSharingRoutes(server: ApiServer, { access, sharing, writer }: SharingRoutesDeps): void {
  server.get(
    PATH,
    {
      ...reads,
      schema: {
        ...ANYBODYS,
        operationId: 'readSharedWorkout',
        summary: "Somebody's workout that everybody may see",
        description: `${HIDDEN}Nothing is told of what lies around a privacy zone of its owner.`,
        params: said.SharedParams,
        response: { 200: json('What is shown', said.SharedWorkout), ...instead(...problems) },
      },
    },
    async (request, reply) => sharing.read(request.params.id, whenGone(reply)),
  );

  server.get(
    `${PATH}/streams`,
    {
      ...reads,
      schema: {
        ...ANYBODYS,
        operationId: 'readSharedStreams',
        summary: 'What was measured during a workout that everybody may see, for charts',
        description: HIDDEN,
        params: said.SharedParams,
        querystring: said.SharedStreamsQuery,
        response: { 200: json('Columns', said.SharedStreams), ...instead(...problems) },
      },
    },
    async (request, reply) => {
      const { params, query } = request;
      return shownStreams(await sharing.streams(params.id, query.points ?? said.DEFAULT_POINTS, whenGone(reply)));
    },
  );

  const binary = Type.String({ format: 'binary' });
  server.get(
    `${PATH}/export`,
    {
      ...reads,
      schema: {
        ...ANYBODYS,
        operationId: 'exportSharedWorkout',
        summary: 'A workout that everybody may see, as a file',
        description: `${HIDDEN}It has no totals and no devices.`,
        params: said.SharedParams,
        querystring: said.SharedExportQuery,
        response: {
          200: {
            description: 'The file',
            content: Object.fromEntries(
              Object.values(MEDIA_TYPES).map((type) => [type.split(';')[0], { schema: binary }]),
            ),
          },
          ...instead(...problems, 'nothing_to_export', 'exports_busy'),
        },
      },
    },
    async (request, reply) => {
      const { params, query } = request;
      const signal = whenGone(reply);
      let name = '';
      const read = async () => {
        const { sport, recorded } = await sharing.recorded(params.id, signal);
        if (recorded !== null) name = fileName({ sport, startMs: recorded.startMs }, query.format);
        return recorded;
      };
      const bytes = await writer.write(read, query.format, signal);
      return reply
        .header('content-disposition', `attachment; filename="${name}"`)
        .type(MEDIA_TYPES[query.format])
        .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as never);
    },
  );

  server.get(
    '/v1/workouts/:id/as-others-see',
    {
      ...reads,
      schema: {
        ...SOMEBODY,
        tags: ['workouts'],
        operationId: 'previewSharedWorkout',
        summary: "One's own workout as others see it, or would",
        params: said.SharedParams,
        response: { 200: json('What others see', said.SharedPreview), ...instead(...OWN_PROBLEMS, ...problems) },
      },
    },
    async (request, reply) => sharing.preview(await access.requireAccount(request), request.params.id, whenGone(reply)),
  );
}
