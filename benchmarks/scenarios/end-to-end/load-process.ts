import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { flagName } from '../../../runtime/options.ts';
import type { ScenarioDeps } from '../../scenario.ts';
import type { Deployment } from './deployment.ts';

/** The summary of `device-sim load --json`, as far as it matters here. */
export interface LoadSummary {
  readonly sendings: number;
  readonly framesAcknowledged: number;
  readonly samplesAcknowledged: number;
  readonly dead: number;
  readonly refusals: number;
  readonly lostConnections: number;
  readonly elapsedMs: number;
  readonly packetBytes: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  readonly ackMaxMs: number;
}

export interface LoadProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves once a frame was acknowledged. Throws when the load ended before. */
  readonly isFlowing: Promise<void>;
  /** Nothing new is sent; resolves when what is in flight is acknowledged. Throws when the load failed, also before. */
  finish(): Promise<LoadSummary>;
}

const SCRIPT = fileURLToPath(new URL('../../../device-sim/main.ts', import.meta.url));
const DAY_S = 86_400;
const DRAIN_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts the processes of one load, all devices and the rate shared out among them. They go on until they are told to
 * finish, and end with this process whatever happens to it. Their samples begin so many days ago.
 */
export function startLoads(
  prefix: string,
  beginsDaysAgo: number,
  { host, mqttPort, tokenKey }: Deployment,
  deps: ScenarioDeps,
): LoadProcess[] {
  const { options, release } = deps;
  return Array.from({ length: options.loads }, (_, i) => {
    const name = options.loads === 1 ? prefix : `${prefix}-${i + 1}`;
    const upTo = (n: number) => Math.floor((options.devices * n) / options.loads);
    const load = startLoad(name, {
      host,
      mqttPort,
      tokenKey,
      devicePrefix: name,
      protocols: options.protocol,
      devices: upTo(i + 1) - upTo(i),
      framesPerS: options.offeredSamplesPerS / options.samplesPerFrame / options.loads,
      frames: 0,
      window: options.window,
      samplesPerFrame: options.samplesPerFrame,
      sampleGapMs: options.sampleGapMs,
      spanS: beginsDaysAgo * DAY_S,
    });
    release.add(name, () => load.kill(), { timeoutMs: STOP_TIMEOUT_MS });
    return load;
  });
}

function startLoad(name: string, options: Readonly<Record<string, string | number>>) {
  const flags = Object.entries(options).map(([option, value]) => `${flagName(option)}=${value}`);
  const args = [SCRIPT, 'load', ...flags, '--json', '--log-level=warn', `--drain-timeout-ms=${DRAIN_TIMEOUT_MS}`];
  const child = spawn(process.execPath, [...args, '--exit-with-parent'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let lastLine = '';
  const flowing = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lastLine = line;
    if ((JSON.parse(line) as Partial<LoadSummary>).framesAcknowledged) flowing.resolve();
  });
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.once('error', reject);
  });
  void exited.then(
    () => flowing.reject(new Error(`${name} ended before a frame was acknowledged`)),
    (error) => flowing.reject(error),
  );
  // Whoever waits for it is told; this only keeps a failure that comes when nobody waits from ending the process.
  flowing.promise.catch(() => undefined);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be started`);
  return {
    name,
    pid,
    isFlowing: flowing.promise,
    async finish(): Promise<LoadSummary> {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} ended before it was told to`);
      child.kill('SIGTERM');
      const { code, signal } = await exited;
      if (code !== 0) throw new Error(`${name} ended with ${signal ?? `code ${code}`}; its last lines say why`);
      return JSON.parse(lastLine) as LoadSummary;
    },
    async kill(): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await exited;
    },
  };
}
