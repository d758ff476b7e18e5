import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type EngineSpec, startEngine } from './engine.ts';
import { freePort } from './ports.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipstream-engine-'));
after(() => rmSync(dir, { recursive: true, force: true }));

/** A stand-in for an engine: a Node process that runs `script`, with the folder among its arguments. */
function spec(name: string, script: string, port: number): EngineSpec<string> {
  const folder = join(dir, name);
  return {
    name,
    command: process.execPath,
    args: ['-e', script, folder],
    dir: folder,
    host: '127.0.0.1',
    ports: [{ port, option: '--its-port' }],
    urls: name,
    isReady: async () => existsSync(join(folder, 'ready')),
    readyTimeoutMs: 5_000,
    stopTimeoutMs: 5_000,
  };
}

const STAY = "require('fs').writeFileSync('ready', ''); setInterval(() => {}, 1000);";

test('a taken port is said plainly, with the option that changes it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const message =
    `port ${port} is taken, and busy needs it on 127.0.0.1: ` +
    'stop what listens there, or choose another with --its-port';
  await assert.rejects(startEngine(spec('busy', STAY, port)), { name: 'EngineError', message });
  other.close();
});

test('an engine that ends at once is reported with the last lines of its log', async () => {
  const broken = spec('broken', "console.log('no disk'); process.exit(3)", await freePort());
  await assert.rejects(startEngine(broken), /broken ended at once \(code 3\)[\s\S]*no disk/);
});

test('an engine that never gets ready is ended, and its log shown', async () => {
  const never = spec('never', "console.log('thinking'); setInterval(() => {}, 1000)", await freePort());
  await assert.rejects(startEngine({ ...never, readyTimeoutMs: 300 }), /not ready after 300 ms[\s\S]*thinking/);
});

test('a program that is not there is reported as such', async () => {
  const absent = { ...spec('absent', STAY, await freePort()), command: '/nonexistent/engine' };
  await assert.rejects(startEngine(absent), { name: 'EngineError' });
});

test('a folder in use is refused while its owner lives', async () => {
  const engine = await startEngine(spec('used', STAY, await freePort()));
  const script = `import { startEngine } from ${JSON.stringify(import.meta.resolve('./engine.ts'))};
    const spec = ${JSON.stringify(spec('used', STAY, await freePort()))};
    await startEngine({ ...spec, isReady: async () => true }).catch((error) => console.log(error.message));`;
  const { output } = await runModule(script);
  assert.match(output, /is in use: used \(pid \d+\) runs on it for process \d+/);
  await engine.stop();
  assert.deepEqual((await engine.exited).signal, 'SIGTERM');
});

test('kill -9 of the owner takes its engine down, and the folder can be used again', async () => {
  const orphan = spec('orphan', STAY, await freePort());
  const script = `import { startEngine } from ${JSON.stringify(import.meta.resolve('./engine.ts'))};
    const engine = await startEngine({ ...${JSON.stringify(orphan)}, isReady: async () => true });
    console.log(engine.pid);
    process.kill(process.pid, 'SIGKILL');`;
  const { output } = await runModule(script);
  const pid = Number(output);
  assert.ok(pid > 0, output);
  const next = await startEngine(orphan);
  await waitUntilGone(pid);
  await next.stop();
});

test('an owner that ends at once takes its engine down where the kernel cannot', async () => {
  const script = `import { startEngine } from ${JSON.stringify(import.meta.resolve('./engine.ts'))};
    const spec = ${JSON.stringify(spec('untied', STAY, await freePort()))};
    const engine = await startEngine({ ...spec, isReady: async () => true });
    console.log(engine.pid);
    process.exit(130);`;
  const { output } = await runModule(script, { PATH: dir });
  assert.ok(Number(output) > 0, output);
  await waitUntilGone(Number(output));
});

test('an engine that gives way does so with all of its threads', { skip: process.platform !== 'linux' }, async () => {
  const engine = await startEngine({ ...spec('later', STAY, await freePort()), niceness: 3 });
  const tasks = `/proc/${engine.pid}/task`;
  const threads = readdirSync(tasks).map((tid) => getPriority(Number(tid)));
  await engine.stop();
  assert.ok(threads.length > 1);
  assert.deepEqual(new Set(threads), new Set([Math.min(19, getPriority() + 3)]));
});

async function runModule(script: string, env: NodeJS.ProcessEnv = process.env): Promise<{ output: string }> {
  const file = join(dir, `owner-${Date.now()}.mjs`);
  writeFileSync(file, script);
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  await once(child, 'close');
  return { output };
}

async function waitUntilGone(pid: number): Promise<void> {
  const untilMs = Date.now() + 5_000;
  while (existsSync(`/proc/${pid}/cmdline`)) {
    assert.ok(Date.now() < untilMs, `process ${pid} is still there`);
    await delay(20);
  }
}
