import { matchesGlob } from 'node:path';
import { importsOf, isCode, isTestCode, type Source, urlsOf } from './sources.ts';

/** Which folders a folder's code may import from, besides itself. Code that only tests run may also use `stack`. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  schemas: [],
  // Bytes ↔ recorded activities, and nothing else: pure, for every service.
  files: ['schemas'],
  runtime: ['schemas'],
  ingest: ['runtime', 'schemas'],
  processors: ['runtime', 'schemas', 'files'],
  api: ['runtime', 'schemas', 'files'],
  importer: ['runtime', 'schemas', 'files'],
  web: ['schemas'],
  'device-sim': ['runtime', 'schemas', 'files'],
  stack: ['runtime', 'schemas'],
  // Whole deployments run as processes; a scenario may also measure one part by itself.
  benchmarks: ['runtime', 'schemas', 'files', 'stack', 'device-sim', 'ingest', 'processors', 'importer'],
  // Documents are generated from the tables of whoever owns them.
  docs: ['runtime', 'schemas', 'files', 'ingest', 'processors', 'api', 'device-sim', 'stack', 'benchmarks'],
};

/** A peer of the benchmarks that uses each library as its README says. */
const NODE_DEVELOPER = 'benchmarks/peers/node-developer-service.ts';

/**
 * Where each package may be imported: a vendor's client stays in its adapter, so that it can be replaced and faked. An
 * empty list means tests only. A new package needs a line here.
 */
const VENDORS: Record<string, readonly string[]> = {
  '@clickhouse/client': ['**/clickhouse*.ts', '**/*-clickhouse.ts', 'device-sim/store-check.ts', NODE_DEVELOPER],
  '@electric-sql/pglite': ['api/database/*pglite.ts', 'processors/backup/accounts-pglite.ts'],
  '@fastify/ajv-compiler': ['api/validators.ts'],
  '@fastify/multipart': ['api/imports/routes.ts'],
  '@fastify/rate-limit': ['api/requests/rate-limits.ts'],
  '@fastify/swagger': ['api/**'],
  '@fastify/type-provider-typebox': ['api/**'],
  '@garmin/fitsdk': ['files/fit/profile.ts', 'benchmarks/scenarios/activity-files/*.ts'],
  '@nats-io/jetstream': ['runtime/nats/**'],
  '@nats-io/kv': ['runtime/nats/**'],
  '@nats-io/obj': ['runtime/nats/nats-objects.ts'],
  '@nats-io/transport-node': ['runtime/nats/**'],
  '@node-rs/argon2': ['api/accounts/passwords.ts'],
  '@preact/signals': ['web/**'],
  '@questdb/nodejs-client': ['**/questdb*.ts', '**/questdb/*.ts', NODE_DEVELOPER],
  aws4fetch: ['runtime/objects/s3-objects.ts'],
  aedes: ['benchmarks/peers/aedes*.ts'],
  'axe-core': [],
  chdb: ['stack/chdb/database.ts', 'stack/chdb/session*.ts'],
  'cli-progress': ['**/progress.ts'],
  cookie: ['api/requests/cookies.ts'],
  'fast-check': [],
  'csv-parse': ['api/races/setup/starters-csv.ts'],
  'csv-stringify': ['api/races/results/results-csv.ts'],
  // Of the benchmarks one measures what it costs by itself.
  fastify: ['api/**', 'benchmarks/scenarios/reads/empty-routes.ts'],
  fontkit: ['api/races/results/pdf/printer.ts'],
  hyparquet: ['files/table/parquet.ts'],
  'hyparquet-writer': ['files/table/parquet.ts'],
  'ipaddr.js': ['api/outside/addresses.ts'],
  jose: ['runtime/token.ts', 'runtime/token-keys.ts', 'runtime/seal.ts'],
  kysely: ['api/**'],
  'maplibre-gl': ['web/plain-map.ts', 'web/**/*-map.tsx'],
  mqtt: ['device-sim/transport/mqtt-*.ts', NODE_DEVELOPER],
  'mqtt-packet': ['ingest/mqtt/**', 'device-sim/transport/**'],
  nodemailer: ['api/mail/smtp.ts'],
  otpauth: ['api/accounts/second-factor/totp.ts'],
  pg: ['api/database/postgres.ts', 'processors/backup/accounts-postgresql.ts', 'benchmarks/deployment/postgresql.ts'],
  'pg-boss': ['api/jobs/pg-boss-queue.ts', 'api/jobs/job-database.ts'],
  pino: ['runtime/log.ts'],
  pdfkit: ['api/races/results/pdf/printer.ts'],
  'pino-pretty': ['runtime/log.ts'],
  piscina: ['ingest/lane/**'],
  'prom-client': ['runtime/metrics.ts'],
  'playwright-core': ['benchmarks/scenarios/pages/slow-browser.ts'],
  preact: ['web/**'],
  protobufjs: ['schemas/frame/**'],
  saxes: ['files/xml/xml-reader.ts'],
  'temporal-polyfill': ['api/progress/calendar.ts', 'api/notifications/quiet-hours.ts'],
  sharp: ['api/photos/reencode.ts'],
  typebox: ['api/**', 'schemas/athlete-settings.ts', 'schemas/check-settings.ts', 'schemas/race*.ts'],
  uqr: ['web/app/qr-code.tsx'],
  uplot: ['web/charts.tsx', 'web/*/*-chart.tsx', 'web/use-plot.ts'],
  unpdf: [],
  'uWebSockets.js': ['runtime/sockets/uws-*.ts'],
  vite: ['web/build/**'],
  'web-push': ['api/notifications/push/web-push.ts'],
  yaml: [],
  yauzl: ['api/imports/unzip.ts', 'importer/health/export-zip.ts'],
  yazl: ['api/own-data/export/write-zip.ts'],
  ws: ['runtime/sockets/ws-*.ts', 'runtime/device-client/websocket.ts'],
};

const folderOf = (path: string) => path.split('/', 1)[0];

/** Imports go one way: services → runtime → schemas; services never import each other. */
export function wrongDirections(sources: readonly Source[]): string[] {
  const problems: string[] = [];
  for (const source of sources.filter(isCode)) {
    const from = folderOf(source.path);
    const allowed = MAY_IMPORT[from];
    if (!allowed) continue;
    for (const target of importsOf(source).files) {
      const to = folderOf(target);
      if (to === from || allowed.includes(to)) continue;
      if (isTestCode(source.path) && (to === 'stack' || to === 'test')) continue;
      problems.push(`${source.path} imports ${target}: ${from} may import from ${allowed.join(', ') || 'itself'} only`);
    }
  }
  return problems;
}

/** A vendor's client is imported by its adapter files alone; tests are free. */
export function strayVendors(sources: readonly Source[]): string[] {
  const problems: string[] = [];
  for (const source of sources.filter(isCode)) {
    for (const name of importsOf(source).packages) {
      const allowed = VENDORS[name];
      if (!allowed) problems.push(`${source.path} imports ${name}, which has no line in the vendors' table`);
      else if (!isTestCode(source.path) && !allowed.some((glob) => matchesGlob(source.path, glob))) {
        problems.push(`${source.path} imports ${name}: only ${allowed.join(', ') || 'tests'} may`);
      }
    }
  }
  return problems;
}

/** Code files that nothing imports, starts or names. */
export function unreferenced(sources: readonly Source[]): string[] {
  const referenced = new Set<string>();
  const code = sources.filter(isCode);
  for (const source of code) {
    for (const target of [...importsOf(source).files, ...urlsOf(source)]) {
      if (target !== source.path) referenced.add(target);
    }
  }
  const isEntry = (path: string) => /^[^/]+\/([^/]+\/)?main\.tsx?$|\.test\.ts$/.test(path);
  const isNamed = (path: string) =>
    sources.some((source) => source.path !== path && !source.path.endsWith('.md') && source.text.includes(path));
  return code
    .map((source) => source.path)
    .filter((path) => !path.startsWith('test/fixtures/') && !isEntry(path) && !referenced.has(path) && !isNamed(path))
    .map((path) => `${path} is used by nothing`);
}
