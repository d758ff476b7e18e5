import { Type } from 'typebox';
import { FORMATS } from '../../../files/read-activity-file.ts';
import { type Access, TOKEN_PROBLEMS } from '../../access.ts';
import { problemResponses } from '../../problem.ts';
import type { SampleHistory } from '../../samples/history.ts';
import { type ApiServer, whenGone } from '../../server.ts';
import { ActivityParams, Athlete } from '../query.ts';
import type { StoredActivity } from '../reader.ts';
import { type FileWriter, fileName, MEDIA_TYPES } from './file-writer.ts';
import { MAX_EXPORTED_SAMPLES, recordedActivity } from './recorded-activity.ts';

export interface ExportRouteDeps {
  readonly history: SampleHistory;
  readonly access: Access;
  readonly writer: FileWriter;
  /** Throws the problem `unknown_activity`. */
  readonly find: (athlete: string, id: string, signal: AbortSignal) => Promise<StoredActivity>;
}

const ExportQuery = Type.Object(
  { athlete: Athlete, format: Type.Enum(FORMATS, { type: 'string', description: 'Of the file.' }) },
  { additionalProperties: false },
);

/** An activity as a file that other programs read, and that reads as the same activity again. */
export function addExportRoute(server: ApiServer, { history, access, writer, find }: ExportRouteDeps): void {
  const binary = Type.String({ format: 'binary' });
  server.get(
    '/v1/activities/:id/export',
    {
      schema: {
        tags: ['activities'],
        security: [{ token: [] }],
        operationId: 'exportActivity',
        summary: 'An activity as a file: FIT, GPX, TCX, CSV or Parquet',
        description:
          'From the stored samples, merged over devices as metrics see them. Read again it is the same activity, ' +
          'but for what the format cannot say; Parquet loses nothing. A live one is written as far as it is. At most ' +
          `${MAX_EXPORTED_SAMPLES} samples, which are two days at one a second.`,
        params: ActivityParams,
        querystring: ExportQuery,
        response: {
          200: {
            description: 'The file',
            content: Object.fromEntries(
              Object.values(MEDIA_TYPES).map((type) => [type.split(';')[0], { schema: binary }]),
            ),
          },
          ...problemResponses(
            'wrong_athlete',
            'unknown_activity',
            'invalid_request',
            'nothing_to_export',
            'too_large_to_export',
            'internal_error',
            'store_unavailable',
            'live_unavailable',
            ...TOKEN_PROBLEMS,
            'exports_busy',
          ),
        },
      },
    },
    async (request, reply) => {
      const { format } = request.query;
      const athlete = await access.requireAthlete(request, request.query.athlete);
      const signal = whenGone(reply);
      const activity = await find(athlete, request.params.id, signal);
      const bytes = await writer.write(() => recordedActivity(history, activity, signal), format, signal);
      return reply
        .header('content-disposition', `attachment; filename="${fileName(activity, format)}"`)
        .header('cache-control', 'private, no-cache')
        .type(MEDIA_TYPES[format])
        .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as never);
    },
  );
}
