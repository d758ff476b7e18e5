import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { apiOptions } from '../api/options.ts';
import { readPageFiles } from '../api/page/page-files.ts';
import { ingestOptions } from '../ingest/options.ts';
import { processorsOptions } from '../processors/options.ts';
import { envName, type OptionTable, readOptions } from '../runtime/options.ts';
import { processOptions } from '../runtime/run-main.ts';
import { tokenCommandOptions } from '../stack/token/options.ts';

const ROOT = join(import.meta.dirname, '..');
const PASSWORDS = { QUESTDB_PASSWORD: 'q', CLICKHOUSE_PASSWORD: 'c', POSTGRES_PASSWORD: 'p', GRAFANA_PASSWORD: 'g' };

const TABLES: Record<string, OptionTable> = {
  'ingest/main.ts': ingestOptions,
  'processors/main.ts': processorsOptions,
  'api/main.ts': apiOptions,
  'stack/token/main.ts': tokenCommandOptions,
};

interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
}

const { services } = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, ComposeService>;
};
const ours = Object.entries(services).filter(([, { image }]) => image === 'slipstream');

test('Compose itself accepts the file, with the passwords set and not without', () => {
  const check = (env: NodeJS.ProcessEnv) =>
    spawnSync('docker-compose', ['-f', 'docker-compose.yml', 'config', '-q'], { cwd: ROOT, env, encoding: 'utf8' });
  const { PATH } = process.env;
  const good = check({ PATH, ...PASSWORDS });
  assert.equal(good.error, undefined, 'docker-compose is not there: apt-get install docker-compose');
  assert.deepEqual([good.status, good.stderr], [0, '']);
  const bad = check({ PATH });
  assert.notEqual(bad.status, 0);
  assert.match(bad.stderr, /set it in \.env/);
});

for (const [name, { command = [], entrypoint = [], environment = {} }] of ours) {
  test(`the service ${name} starts a process of ours with options and variables that it knows`, () => {
    const [script, ...argv] = [...entrypoint.filter((word) => word !== 'node'), ...command];
    const table = { ...TABLES[script], ...processOptions } as OptionTable;
    assert.ok(existsSync(join(ROOT, script)), `${script} is not there`);
    readOptions(table, { argv, env: { ...environment } });
    const known = Object.entries(table).map(([option, declared]) => envName(option, declared));
    const unknown = Object.keys(environment).filter((variable) => !known.includes(variable));
    // Variables shared by all services may be for others; each must be somebody's.
    const everybodys = Object.values(TABLES).flatMap((one) =>
      Object.entries(one).map(([option, declared]) => envName(option, declared)),
    );
    assert.deepEqual(
      unknown.filter((variable) => !everybodys.includes(variable)),
      [],
    );
  });
}

test('files and folders that a service is given are there', () => {
  const given = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0]));
  const missing = given.filter((source) => source.startsWith('./') && !existsSync(join(ROOT, source)));
  assert.deepEqual(missing, []);
});

test('Prometheus looks for every process of ours, at the port where its metrics are', () => {
  const file = join(ROOT, 'deploy', 'prometheus', 'prometheus.yml');
  const { scrape_configs } = parse(readFileSync(file, 'utf8')) as {
    scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
  };
  const found = scrape_configs.flatMap(({ dns_sd_configs }) => dns_sd_configs);
  const ports = Object.fromEntries(found.flatMap(({ names, port }) => names.map((name) => [name, port])));
  const defaults = {
    'ingest/main.ts': ingestOptions.ingestAdminPort.default,
    'processors/main.ts': processorsOptions.processorsAdminPort.default,
    'api/main.ts': apiOptions.apiPort.default,
  };
  const expected = ours.flatMap(([name, { command = [] }]) => {
    const [script] = command;
    const port = defaults[script as keyof typeof defaults];
    return port === undefined ? [] : [[name, port]];
  });
  assert.deepEqual(ports, Object.fromEntries(expected));
});

/** What each stage of the image copies from this repository, in order, and what it runs. */
const stages = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
  .split(/^FROM .*$/m)
  .slice(1)
  .map((text) => ({
    copied: [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) => sources.split(' ')),
    runs: [...text.matchAll(/^RUN node (.+)$/gm)].map(([, script]) => script),
    moves: [...text.matchAll(/^RUN mv (\S+) (\S+)$/gm)].map(([, from, to]) => [from, to]),
    taken: [...text.matchAll(/^COPY --from=page \/slipstream\/(\S+) (\S+)$/gm)].map(([, from, to]) => [from, to]),
    env: Object.fromEntries([...text.matchAll(/^ENV (\w+)=(.+)$/gm)].map(([, name, value]) => [name, value])),
  }));

test('the image is made of folders that are there', () => {
  const copied = stages.flatMap((stage) => stage.copied);
  assert.deepEqual(
    copied.filter((source) => !existsSync(join(ROOT, source))),
    [],
  );
  // What a process imports must be in the image.
  const image = stages[stages.length - 1].copied;
  for (const folder of ['schemas', 'runtime', 'stack', ...Object.keys(TABLES).map((script) => script.split('/')[0])]) {
    assert.ok(image.includes(folder), `${folder} is not copied into the image`);
  }
});

test('the image holds the page, built from no more than its stage copies, and the API finds it', async (t) => {
  const [base, page, image] = stages;
  const dir = await mkdtemp(join(tmpdir(), 'slip-image-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  for (const source of [...base.copied, ...page.copied]) {
    const isOwn = (path: string) => !path.startsWith(join(ROOT, 'web', 'dist'));
    await cp(join(ROOT, source), join(dir, source), { recursive: true, filter: isOwn });
  }
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  const [script] = page.runs;
  const built = spawnSync(process.execPath, [script], { cwd: dir, encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  const [[moved, to]] = image.taken;
  assert.deepEqual(page.moves, [['web/dist/*', moved]]);
  // The folder's name says what it was built from.
  const [from] = await readdir(join(dir, 'web', 'dist'));
  const files = await readPageFiles(join(dir, 'web', 'dist', from), '');
  assert.ok(files.has('/') && files.size > 3);
  assert.equal(image.env[envName('pageDir', apiOptions.pageDir)], `/slipstream/${to}`);
});
