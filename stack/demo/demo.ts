import { randomUUID } from 'node:crypto';
import { signToken } from '../../runtime/token.ts';
import { loadSigningKey } from '../../runtime/token-keys.ts';
import type { StackOptions } from '../options.ts';
import type { StackUrls } from '../stack-urls.ts';
import { readMoments } from './moments.ts';
import { startSimulator } from './simulator.ts';
import { demoTable } from './table.ts';
import { whatArrived } from './what-arrived.ts';

const FIXTURES = ['run-fenix2.fit', 'ride-edge810-power.fit'];
/** Everything ends at the anchor; a last beat may be a little later. */
const AFTER_ANCHOR_MS = 60_000;
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
  const { anchorMs } = readMoments(options.dataDir, Date.now());
  const flags = ['--protocols=mqtt,mqtt5,ws', `--devices=${options.demoDevices}`];
  const simulator = startSimulator({
    ...{ options, tokenKey, command: 'run', anchorMs, recordings: FIXTURES, flags, showsBar: true },
  });
  const stop = () => void simulator.stop();
  signal.addEventListener('abort', stop, { once: true });
  const sent = await simulator.ended;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  const token = await operatorToken(tokenKey);
  // The run that was live at an earlier start came after all of it.
  const arrived = await whatArrived(urls, token, anchorMs + AFTER_ANCHOR_MS, signal);
  process.stdout.write(`\n${demoTable(sent, arrived)}\n`);
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
