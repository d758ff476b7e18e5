import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import type { ImportedActivity } from '../../files/import-verdict.ts';
import { readActivityFile } from '../../files/read-activity-file.ts';
import { UPLOAD_LIMITS } from '../../schemas/upload-limits.ts';
import { always, asBen, others } from '../accounts/account-scenarios-for-tests.ts';
import type { Scenario, TestApi } from '../openapi-for-tests.ts';
import type { ImportFile } from './importer.ts';

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Buffer;
}

const BOUNDARY = 'a-boundary-of-the-tests';

/** What a browser sends of a form with files. */
export function formOf(files: readonly NamedBytes[]): { payload: Buffer; headers: Record<string, string> } {
  const parts = files.flatMap(({ name, bytes }) => [
    Buffer.from(
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="files"; filename="${name}"\r\n` +
        'content-type: application/octet-stream\r\n\r\n',
    ),
    bytes,
    Buffer.from('\r\n'),
  ]);
  const payload = Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
  return { payload, headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` } };
}

export async function zipOf(files: readonly NamedBytes[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, bytes } of files) zip.addBuffer(bytes, name);
  zip.end();
  return buffer(zip.outputStream);
}

/** A zip that says of each of its files that it unpacks to so many bytes. */
export async function zipThatSays(unpackedBytes: number): Promise<Buffer> {
  const zip = Buffer.from(await zipOf([{ name: 'a.gpx', bytes: Buffer.from('<gpx/>') }]));
  zip.writeUInt32LE(unpackedBytes, zip.indexOf('PK\u0001\u0002', 0, 'latin1') + 24);
  return zip;
}

export const gpxOf = (startMs: number, seconds = 60): Buffer => {
  const points = Array.from({ length: seconds }, (_, i) => {
    const time = new Date(startMs + i * 1_000).toISOString();
    return `<trkpt lat="${48 + i * 1e-5}" lon="16.3"><time>${time}</time></trkpt>`;
  });
  return Buffer.from(`<?xml version="1.0"?><gpx version="1.1"><trk><trkseg>${points.join('')}</trkseg></trk></gpx>`);
};

/** Reads a file as the importer does; what was sent, a test says to the stream itself. */
export function readingImporter(nowMs: () => number): ImportFile {
  return async function importFile({ bytes, onProgress }) {
    const outcome = await readActivityFile(bytes, { maxBytes: UPLOAD_LIMITS.maxFileBytes, nowMs: nowMs() });
    if (outcome.kind === 'refused') return outcome;
    onProgress(1);
    const activities = outcome.activities.map(({ startMs, endMs, damage, ignored, sessions, samples }) => {
      const rows = samples.timesMs.length;
      const counts = { samples: rows, beats: 0, sent: { frames: 1, rows, dead: {} } };
      return { boot: '', sports: sessions.map(({ sport }) => sport), startMs, endMs, damage, ignored, ...counts };
    }) satisfies ImportedActivity[];
    return { kind: 'imported', format: outcome.format, source: `file:${outcome.hash.slice(0, 16)}`, activities };
  };
}

const [ALL, ONE] = ['/v1/imports', '/v1/imports/{id}'];
const url = `${ALL}/0123456789abcdef`;
const form = formOf([{ name: 'a.gpx', bytes: gpxOf(0) }]);
const upload = (api: TestApi, token: string) => api.ask({ method: 'POST', url: ALL, ...form }, token);

/** Of ben, whose account has as many imports as may wait. */
const withManyImports = asBen(async (api) => {
  const { database } = api.identity;
  const { id: account } = await database.selectFrom('accounts').select('id').executeTakeFirstOrThrow();
  const created_at = new Date(api.clock.nowMs());
  const rows = Array.from({ length: 20 }, (_, i) => ({ id: `${i}`, account, created_at, ended_at: null }));
  await database.insertInto('imports').values(rows).execute();
  return {};
});

export const importScenarios: Scenario[] = [
  [ALL, 200, ALL, undefined, asBen((api, { accessToken }) => upload(api, accessToken).then(() => ({})))],
  [ALL, 422, `${ALL}?cursor=x`, undefined, asBen()],
  ...always('GET', ALL),
  ...others('GET', ALL),

  [ALL, 202, ALL, undefined, asBen(), { method: 'POST', ...form }],
  [ALL, 400, ALL, undefined, asBen(), { method: 'POST', payload: {} }],
  [ALL, 409, ALL, undefined, withManyImports, { method: 'POST', ...form }],
  [
    ...([ALL, 413, ALL, undefined] as const),
    asBen(async () => formOf([{ name: 'bomb.zip', bytes: await zipThatSays(2 ** 31) }])),
    { method: 'POST' },
  ],
  [ALL, 422, ALL, undefined, asBen(), { method: 'POST', ...formOf([]) }],
  ...always('POST', ALL),
  ...others('POST', ALL),

  [
    ...([ONE, 200, url, undefined] as const),
    asBen(async (api, { accessToken }) => ({ url: `${ALL}/${(await upload(api, accessToken)).body.id}` })),
  ],
  [ONE, 404, url, undefined, asBen()],
  [ONE, 422, `${ALL}/1`, undefined, asBen()],
  ...always('GET', ONE, { url }),
  ...others('GET', ONE, { url }),
];
