import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { signToken } from '../runtime/token.ts';
import { loadSigningKey } from '../runtime/token-keys.ts';
import { putMadeDatabase } from '../test/made-database.ts';
import { freePorts } from './ports.ts';
import { ensureTokenKeys } from './token-keys.ts';

/** What `npm start` listens on; each is chosen by `--<name>-port`. */
export const STACK_PORTS = [
  ...(['mqtt', 'websocket', 'api', 'nats', 'questdb', 'questdb-pg', 'clickhouse', 'ingest-admin'] as const),
  'processors-admin',
] as const;

export type StackPorts = Readonly<Record<(typeof STACK_PORTS)[number], number>>;

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const UP_TIMEOUT_MS = 240_000;
const END_TIMEOUT_MS = 120_000;

/** All that `npm start` starts, without the demonstration. */
export interface TestStack {
  readonly dir: string;
  readonly ports: StackPorts;
  readonly apiUrl: string;
  /** With which `npm run token` signs here. */
  readonly keyFile: string;
  /** Fails with what it printed when it has ended by itself. */
  assertUp(): void;
  operatorToken(): Promise<string>;
  /** Ends it, and forgets its data where they are temporary. */
  stop(): Promise<void>;
}

/** Starts it on free ports with its data in a temporary folder, and waits until all of it is up. */
export async function startTestStack(...more: readonly string[]): Promise<TestStack> {
  const dir = await mkdtemp(join(tmpdir(), 'slip-stack-'));
  const forget = () => rm(dir, { recursive: true, force: true, maxRetries: 10 });
  try {
    if (!more.some((flag) => flag.startsWith('--postgres-url'))) await putMadeDatabase(dir);
    const stack = await startStackIn(dir, ...more);
    return {
      ...stack,
      async stop() {
        await stack.stop();
        await forget();
      },
    };
  } catch (error) {
    await forget();
    throw error;
  }
}

/** The same with its data in a folder that stays. */
export async function startStackIn(dir: string, ...more: readonly string[]): Promise<TestStack> {
  const free = await freePorts(STACK_PORTS.length);
  const ports = Object.fromEntries(STACK_PORTS.map((name, i) => [name, free[i]])) as StackPorts;
  const flags = STACK_PORTS.map((name) => `--${name}-port=${ports[name]}`);
  const args = [MAIN, `--data-dir=${dir}`, '--no-demo', ...more, ...flags];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const assertUp = () => assert.equal(child.exitCode, null, output);

  async function stop(): Promise<void> {
    if (child.exitCode === null) {
      const ended = once(child, 'exit', { signal: AbortSignal.timeout(END_TIMEOUT_MS) });
      child.kill('SIGINT');
      await ended;
    }
  }

  try {
    const untilMs = Date.now() + UP_TIMEOUT_MS;
    while (!output.includes('Ctrl-C drains and stops it all')) {
      assertUp();
      assert.ok(Date.now() < untilMs, output);
      await delay(50);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...{ dir, ports, assertUp, stop },
    apiUrl: `http://127.0.0.1:${ports.api}`,
    keyFile: join(dir, 'keys/token-key.jwk.json'),
    async operatorToken() {
      const key = await loadSigningKey((await ensureTokenKeys(dir)).privateFile, '--key');
      const issuedMs = Date.now();
      return signToken(key, {
        ...{ role: 'operator', subject: 'olga', athlete: '', tokenId: randomUUID(), importer: false },
        ...{ issuedMs, expiresMs: issuedMs + 3_600_000 },
      });
    },
  };
}
