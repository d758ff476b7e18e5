import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '../runtime/service.ts';
import type { StackOptions } from './options.ts';
import type { StackUrls } from './stack.ts';

const FIXTURES = ['run-fenix2.fit', 'ride-edge810-power.fit'];
const MAX_ANCHOR_AGE_MS = 5 * 86_400_000;
const SETTLE_TIMEOUT_MS = 60_000;

/**
 * The moment that the demonstration's times follow from. It is kept, so that a second start sends the same rows again
 * and the stores still hold each once; a new one is taken before the old rows are too old for the hot store.
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

/** Streams two recorded activities and a small fleet, then prints what arrived in the stores. Throws StartError. */
export async function runDemo(options: StackOptions, urls: StackUrls, signal: AbortSignal): Promise<void> {
  const fixtures = FIXTURES.map((name) => fileURLToPath(new URL(`../test/fixtures/${name}`, import.meta.url)));
  const script = fileURLToPath(new URL('../device-sim/main.ts', import.meta.url));
  const args = [
    script,
    'run',
    `--host=${options.host}`,
    `--mqtt-port=${options.mqttPort}`,
    '--protocols=mqtt,mqtt5',
    `--devices=${options.demoDevices}`,
    `--fit=${fixtures.join(',')}`,
    `--seed=${options.seed}`,
    `--anchor-ms=${anchorMs(options.dataDir)}`,
  ];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    signal,
    killSignal: 'SIGTERM',
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('exit', resolve);
    child.once('error', reject);
  });
  if (code !== 0) throw new StartError(`the device simulator ended with code ${code}; its last lines say why`);
  await showStores(urls, signal);
}

/** Waits, within a bound, until both stores hold the same rows, and prints the counts. */
async function showStores(urls: StackUrls, signal: AbortSignal): Promise<void> {
  const untilMs = Date.now() + SETTLE_TIMEOUT_MS;
  let counts = await countRows(urls);
  let before = '';
  while (JSON.stringify(counts) !== before || counts.questdb !== counts.clickhouse) {
    if (signal.aborted || Date.now() > untilMs) break;
    before = JSON.stringify(counts);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    counts = await countRows(urls);
  }
  const verdict = counts.questdb === counts.clickhouse ? 'the same rows in both' : 'THE STORES DIFFER';
  process.stdout.write(
    [
      '',
      `  rows found in QuestDB     ${counts.questdb}`,
      `  rows found in ClickHouse  ${counts.clickhouse}`,
      `  ${verdict}`,
      '',
      '',
    ].join('\n'),
  );
}

const QUESTDB_COUNT = 'SELECT count() FROM samples UNION ALL SELECT count() FROM rr';
const CLICKHOUSE_COUNT =
  'SELECT (SELECT count() FROM slipstream.samples FINAL) + (SELECT count() FROM slipstream.rr FINAL)';

async function countRows(urls: StackUrls): Promise<{ questdb: number; clickhouse: number }> {
  const hot = await fetch(`${urls.questdb}/exec?query=${encodeURIComponent(QUESTDB_COUNT)}`);
  const { dataset } = (await hot.json()) as { dataset: [number][] };
  const cold = await fetch(`${urls.clickhouse}/?query=${encodeURIComponent(CLICKHOUSE_COUNT)}`);
  return { questdb: dataset.reduce((sum, [count]) => sum + count, 0), clickhouse: Number(await cold.text()) };
}
