import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from './ports.ts';
import { STACK_PORTS } from './stack-for-tests.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const UP_TIMEOUT_MS = 180_000;
const END_TIMEOUT_MS = 60_000;

let dir: string;
let flags: string[];
let ports: number[];
const started: ChildProcess[] = [];

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slip-start-'));
  ports = await freePorts(STACK_PORTS.length);
  flags = [
    `--data-dir=${dir}`,
    '--demo-devices=4',
    '--demo-race=6',
    ...STACK_PORTS.map((name, i) => `--${name}-port=${ports[i]}`),
  ];
});

after(async () => {
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true, maxRetries: 10 });
});

interface Started {
  readonly child: ChildProcess;
  output(): string;
}

function start(...more: string[]): Started {
  const child = spawn(process.execPath, [MAIN, ...flags, ...more], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output };
}

async function untilSaid({ child, output }: Started, text: string): Promise<string> {
  const untilMs = Date.now() + UP_TIMEOUT_MS;
  while (!output().includes(text)) {
    if (child.exitCode !== null || Date.now() > untilMs) assert.fail(`never said "${text}", but:\n${output()}`);
    await delay(50);
  }
  return output();
}

/** As a terminal does it: the whole group of the process gets the signal. */
async function interrupt({ child, output }: Started): Promise<number | null> {
  const exited = once(child, 'exit', { signal: AbortSignal.timeout(END_TIMEOUT_MS) });
  process.kill(-child.pid!, 'SIGINT');
  const [code] = await exited.catch((err) => assert.fail(`did not end (${err}):\n${output()}`));
  return code;
}

/** The lines of the table: what → count. */
function tableOf(output: string): Record<string, string> {
  const lines = output.matchAll(/^ {2}(frames \w+|samples \w+|rows found in \w+|dead letters) +([\d,]+)/gm);
  return Object.fromEntries([...lines].map(([, what, count]) => [what, count]));
}

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly sport: string;
  readonly origin: string;
  readonly endMs: number;
  readonly settingsVersion: number;
}

/** The activities that the page of this start shows, once the newest lasted until after `afterMs`. */
async function shownAfter({ output }: Started, afterMs: number): Promise<Shown[]> {
  const [, api, token] = /the page +(\S+)\/#token=(\S+)/.exec(output()) ?? assert.fail(output());
  const untilMs = Date.now() + UP_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(`${api}/v1/activities`, { headers: { authorization: `Bearer ${token}` } });
    const { activities } = (await answer.json()) as { activities: Shown[] };
    if (activities.length > 1 && activities[0].endMs > afterMs) return activities;
    if (Date.now() > untilMs) assert.fail(JSON.stringify(activities));
    await delay(100);
  }
}

/** Whose rows the board of the race has that a start says goes on. */
async function boardOf({ output }: Started): Promise<string[]> {
  const [, api, race] = /A race of \d+ starts now: +(http:\/\/[^/]+)\/\S*?races\/([a-z0-9-]+)/.exec(output()) ?? [];
  const untilMs = Date.now() + UP_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(`${api}/v1/races/${race}/board`);
    const { rows = [] } = (await answer.json()) as { rows?: { bib: string }[] };
    if (rows.length > 0) return rows.map(({ bib }) => bib).sort();
    if (Date.now() > untilMs) assert.fail(`no board of ${race}: ${answer.status}`);
    await delay(100);
  }
}

const SOMEBODY = { email: 'ann@example.test', password: 'correct horse battery' };

async function post(api: string, path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Registers, and confirms by the mail that is caught, which an operator may read. */
async function signUp({ output }: Started): Promise<void> {
  const [, api, token] = /operations +(\S+)\/operations#token=(\S+)/.exec(output()) ?? assert.fail(output());
  assert.equal((await post(api, '/v1/accounts', SOMEBODY)).status, 202);
  const untilMs = Date.now() + UP_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(`${api}/v1/operations/mail`, { headers: { authorization: `Bearer ${token}` } });
    // On a busy machine the API may for a moment not know which tokens were revoked: it answers 503 then.
    const said = await answer.text();
    const code = /The code alone: ([\w-]{43})/.exec(said)?.[1];
    if (code) {
      const confirmed = await post(api, '/v1/accounts/verifications', { token: code, password: SOMEBODY.password });
      return assert.equal(confirmed.status, 204);
    }
    if (Date.now() > untilMs) assert.fail(`no mail was caught: ${answer.status} ${said}`);
    await delay(100);
  }
}

async function logIn({ output }: Started): Promise<number> {
  const [, api] = /operations +(\S+)\/operations#token=/.exec(output()) ?? assert.fail(output());
  return (await post(api, '/v1/sessions', { ...SOMEBODY, as: 'token' })).status;
}

function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}

/** Processes whose command line names the data folder. */
async function left(): Promise<string[]> {
  const lines = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      // A process that ends while it is looked at has no command line any more.
      .map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(dir));
}

test('a start streams the demonstration and a live run; a second one sends the same rows again', async () => {
  const first = start();
  const output = await untilSaid(first, 'Ctrl-C drains and stops it all');
  const table = tableOf(output);
  assert.equal(table['frames acknowledged'], table['frames sent'], output);
  assert.equal(table['rows found in QuestDB'], table['samples acknowledged'], output);
  assert.equal(table['rows found in ClickHouse'], table['samples acknowledged'], output);
  assert.equal(table['dead letters'], '0', output);
  assert.match(output, /The ledger balances: [\d,]+ samples were accepted, repeats included, and none is missing/);
  assert.match(output, /Both stores hold the same rows/);

  const shown = await shownAfter(first, Date.now());
  const whatOf = ({ status, sport, origin, settingsVersion }: Shown) => [status, sport, origin, settingsVersion];
  assert.deepEqual(shown.map(whatOf), [
    ['live', 'run', 'device', 1],
    ['finished', 'run', 'device', 1],
  ]);

  assert.deepEqual(await boardOf(first), ['1', '2', '3', '4', '5', '6']);

  await signUp(first);
  const busy = start();
  const [code] = await once(busy.child, 'exit', { signal: AbortSignal.timeout(END_TIMEOUT_MS) });
  assert.equal(code, 1);
  assert.match(busy.output(), /is in use|is taken/, 'a second start on the same folder says what is in the way');

  const before = first.output().length;
  assert.equal(await interrupt(first), 0, first.output());
  const lastWords = first.output().slice(before);
  assert.doesNotMatch(lastWords, /WARN|ERROR|FATAL|"level":"(warn|error|fatal)"/, 'everybody ends in their turn');
  for (const port of ports) assert.ok(await refuses(port), `something still listens on ${port}`);
  assert.deepEqual(await left(), []);

  const second = start();
  const again = tableOf(await untilSaid(second, 'Ctrl-C drains and stops it all'));
  assert.deepEqual(again, table, 'the same rows are sent again, and each store holds them once');
  const goesOn = await shownAfter(second, Date.now());
  assert.deepEqual(
    goesOn.map(({ id, status }) => [id, status]),
    shown.map(({ id, status }) => [id, status]),
    'the run that was live goes on where it was',
  );
  assert.equal(await logIn(second), 201, 'the account is still there');
  second.child.kill('SIGINT');
  second.child.kill('SIGINT');
  await once(second.child, 'exit', { signal: AbortSignal.timeout(END_TIMEOUT_MS) });
  const untilMs = Date.now() + END_TIMEOUT_MS;
  while ((await left()).length > 0 && Date.now() < untilMs) await delay(100);
  assert.deepEqual(await left(), [], 'a second signal leaves nothing behind');
});

test('a port that is taken is named, with the option that chooses another', async () => {
  const server = createServer().listen(ports[0], '127.0.0.1');
  await once(server, 'listening');
  const one = start('--no-demo');
  const [code] = await once(one.child, 'exit', { signal: AbortSignal.timeout(UP_TIMEOUT_MS) });
  server.close();
  assert.equal(code, 1);
  assert.match(one.output(), new RegExp(`port ${ports[0]} is taken.*--mqtt-port`));
  assert.deepEqual(await left(), []);
});

test('a data folder that cannot be made is said in one line', async () => {
  const one = start('--no-demo', `--data-dir=${MAIN}`);
  const [code] = await once(one.child, 'close', { signal: AbortSignal.timeout(UP_TIMEOUT_MS) });
  assert.equal(code, 1);
  assert.match(one.output(), /--data-dir \S+main\.ts cannot be made: EEXIST/);
  assert.doesNotMatch(one.output(), /\bat \S+ \(/, 'without a stack');
});
