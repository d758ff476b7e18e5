import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '../../runtime/service.ts';
import { signToken } from '../../runtime/token.ts';
import { loadSigningKey } from '../../runtime/token-keys.ts';
import type { StackOptions } from '../options.ts';
import type { StackUrls } from '../stack.ts';
import { demoTable, type SimulatorSummary } from './table.ts';
import { whatArrived } from './what-arrived.ts';

const FIXTURES = ['run-fenix2.fit', 'ride-edge810-power.fit'];
/** A new anchor is taken before the rows of the old one are too old for the hot store. */
const MAX_ANCHOR_AGE_MS = 5 * 86_400_000;
const MAX_OUTPUT_CHARACTERS = 64 * 1024;
const TOKEN_LIFETIME_MS = 10 * 60_000;

/**
 * Streams two recorded activities and a small fleet as fast as they go, then prints what arrived in the stores. Throws
 * StartError when the simulator fails.
 */
export async function runDemo(
  options: StackOptions,
  urls: StackUrls,
  tokenKey: string,
  signal: AbortSignal,
): Promise<void> {
  process.stdout.write(`\nStreaming a recorded run, a recorded ride and ${options.demoDevices} simulated athletes …\n`);
  const sent = await runSimulator(options, tokenKey, signal);
  const token = await operatorToken(tokenKey);
  const arrived = await whatArrived(urls, token, signal);
  process.stdout.write(`\n${demoTable(sent, arrived)}\n`);
}

/**
 * The moment that the demonstration's times follow from. It is kept, so that a second start sends the same rows again
 * and the stores still hold each once.
 */
function anchorMs(dataDir: string): number {
  const file = join(dataDir, 'demo.json');
  if (existsSync(file)) {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { anchorMs?: unknown };
    if (typeof kept.anchorMs === 'number' && Date.now() - kept.anchorMs < MAX_ANCHOR_AGE_MS) return kept.anchorMs;
  }
  const now = Date.now();
  writeFileSync(file, `${JSON.stringify({ anchorMs: now })}\n`);
  return now;
}

/** Runs the simulator as anybody would, with its progress bar on our terminal; its summary comes as JSON. */
async function runSimulator(options: StackOptions, tokenKey: string, signal: AbortSignal): Promise<SimulatorSummary> {
  const fixtures = FIXTURES.map((name) => fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url)));
  const args = [
    fileURLToPath(new URL('../../device-sim/main.ts', import.meta.url)),
    'run',
    '--json',
    `--host=${options.host}`,
    `--mqtt-port=${options.mqttPort}`,
    `--websocket-port=${options.websocketPort}`,
    '--protocols=mqtt,mqtt5,ws',
    `--devices=${options.demoDevices}`,
    `--fit=${fixtures.join(',')}`,
    ...(options.open ? [] : [`--token-key=${tokenKey}`]),
    `--seed=${options.seed}`,
    `--anchor-ms=${anchorMs(options.dataDir)}`,
    '--log-level=warn',
  ];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
    killSignal: 'SIGTERM',
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    // The summary is the last line; the progress before it is not kept.
    output = (output + text).slice(-MAX_OUTPUT_CHARACTERS);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  if (code !== 0) throw new StartError(`the device simulator ended with code ${code}; its last lines say why`);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as SimulatorSummary;
}

/** For the ledger, which only operators may read. */
async function operatorToken(tokenKey: string): Promise<string> {
  const nowMs = Date.now();
  return signToken(await loadSigningKey(tokenKey, '--data-dir'), {
    role: 'operator',
    subject: 'demonstration',
    athlete: '',
    tokenId: randomUUID(),
    issuedMs: nowMs,
    expiresMs: nowMs + TOKEN_LIFETIME_MS,
    importer: false,
  });
}
