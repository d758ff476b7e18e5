import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';

const RUN_MAIN = new URL('./run-main.ts', import.meta.url).href;

/** A main.ts whose service works for ever, and needs `drainMs` to drain. */
const PROGRAM = `
import { runMain } from '${RUN_MAIN}';
const table = {
  port: { type: 'integer', default: 1, max: 9, description: 'A port.' },
  drainMs: { type: 'integer', default: 0, description: 'How long draining takes.' },
  throws: { type: 'boolean', description: 'Reject without a catch.' },
};
await runMain('demo', table, async (options, { log, release }) => {
  const done = Promise.withResolvers();
  const keepAlive = setInterval(() => undefined, 1000);
  release.add('timer', () => { clearInterval(keepAlive); log.info('timer closed'); });
  if (options.throws) setImmediate(() => void Promise.reject(new Error('nobody caught me')));
  return {
    name: 'demo',
    run: () => { log.info({ port: options.port }, 'running'); return done.promise; },
    drain: () => new Promise((resolve) => setTimeout(resolve, options.drainMs)),
    stop: async () => done.resolve(),
  };
});
`;

function start(t: TestContext, ...argv: string[]) {
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined, SLIPSTREAM_LOG_FORMAT: 'json' };
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, '--', 'main.ts', ...argv], { env });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  let errors = '';
  child.stdout.on('data', (bytes) => {
    output += bytes;
  });
  child.stderr.on('data', (bytes) => {
    errors += bytes;
  });
  const ended = once(child, 'close').then(([code]) => ({ code, output, errors }));
  return { child, ended, output: () => output };
}

async function untilRunning(child: ChildProcess, output: () => string): Promise<void> {
  while (!output().includes('running')) await once(child.stdout!, 'data', { signal: AbortSignal.timeout(10_000) });
}

test('a process drains at the first signal and ends with 0', { timeout: 20_000 }, async (t) => {
  const { child, ended, output } = start(t, '--port', '5');
  await untilRunning(child, output);
  child.kill('SIGTERM');
  const { code, output: text, errors } = await ended;
  const messages = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).msg);
  assert.deepEqual(
    [code, errors, messages],
    [0, '', ['running', 'draining, then stopping; ask again to end at once', 'timer closed', 'ended']],
  );
});

test('a second signal ends a process at once with 130', { timeout: 20_000 }, async (t) => {
  const { child, ended, output } = start(t, '--drain-ms', '60000', '--drain-timeout-ms', '60000');
  await untilRunning(child, output);
  child.kill('SIGINT');
  while (!output().includes('draining')) await once(child.stdout!, 'data', { signal: AbortSignal.timeout(10_000) });
  child.kill('SIGINT');
  assert.equal((await ended).code, 130);
});

test('a rejection nobody caught is logged and ends a process with 1', { timeout: 20_000 }, async (t) => {
  const { code, output } = await start(t, '--throws').ended;
  assert.equal(code, 1);
  assert.match(output, /"level":"fatal".*nobody caught me/);
});

test('a child of a parent that is gone drains and ends', { timeout: 20_000 }, async (t) => {
  const { child, ended, output } = start(t, '--exit-with-parent');
  await untilRunning(child, output);
  child.stdin.end();
  assert.equal((await ended).code, 0);
});

test('--help prints every option, a wrong one prints one line', { timeout: 20_000 }, async (t) => {
  const [help, wrong] = await Promise.all([start(t, '--help').ended, start(t, '--port', '77').ended]);
  assert.equal(help.code, 0);
  assert.match(help.output, /^Usage: demo \[options\].*--port <integer>.*--log-level.*--drain-timeout-ms <ms>/s);
  assert.deepEqual(wrong, {
    code: 2,
    output: '',
    errors: 'demo: --port: got "77", expected an integer of at most 9\n',
  });
});
