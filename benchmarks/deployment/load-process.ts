import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { flagName } from '../../runtime/options.ts';
import type { ReleaseStack } from '../../runtime/release.ts';

/** The summary of `device-sim load --json`, as far as it matters here. */
export interface LoadSummary {
  readonly sendings: number;
  readonly framesAcknowledged: number;
  readonly samplesAcknowledged: number;
  readonly dead: number;
  readonly refusals: number;
  readonly lostConnections: number;
  /** When the first frame left, ms since the epoch. */
  readonly startedAtMs: number;
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly packetBytes: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  readonly ackMaxMs: number;
}

/** What a load is sent to: anything that speaks MQTT. */
export interface LoadTarget {
  readonly host: string;
  readonly mqttPort: number;
  /** File with the key that device tokens are signed with; none where nobody checks. */
  readonly tokenKey?: string;
}

export interface LoadProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves once a frame was acknowledged. Throws when the load ended before. */
  readonly isFlowing: Promise<void>;
  /** The load's own end, everything acknowledged. Throws when it failed. */
  ended(): Promise<LoadSummary>;
  /** Nothing new is sent; resolves when what is in flight is acknowledged. Throws when the load failed, also before. */
  finish(): Promise<LoadSummary>;
}

const SCRIPT = fileURLToPath(new URL('../../device-sim/main.ts', import.meta.url));
const DRAIN_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

/**
 * One process that sends frames encoded beforehand over bare sockets; `options` are those of `device-sim load`. It ends
 * with this process whatever happens to it.
 */
export function startLoad(
  name: string,
  { host, mqttPort, tokenKey }: LoadTarget,
  options: Readonly<Record<string, string | number>>,
  release: ReleaseStack,
): LoadProcess {
  const own = { host, mqttPort, ...(tokenKey === undefined ? {} : { tokenKey }), devicePrefix: name, ...options };
  const flags = Object.entries(own).map(([option, value]) => `${flagName(option)}=${value}`);
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

  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;

  async function ended(): Promise<LoadSummary> {
    const { code, signal } = await exited;
    if (code !== 0) throw new Error(`${name} ended with ${signal ?? `code ${code}`}; its last lines say why`);
    return JSON.parse(lastLine) as LoadSummary;
  }

  async function kill(): Promise<void> {
    if (hasEnded()) return;
    child.kill('SIGKILL');
    await exited;
  }

  release.add(name, kill, { timeoutMs: STOP_TIMEOUT_MS });
  return {
    name,
    pid,
    isFlowing: flowing.promise,
    ended,
    finish() {
      if (hasEnded()) throw new Error(`${name} ended before it was told to`);
      child.kill('SIGTERM');
      return ended();
    },
  };
}
