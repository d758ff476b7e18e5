import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { RaceGrade } from '../../../device-sim/race/grade/race-grade.ts';
import { flagName } from '../../../runtime/options.ts';
import type { ReleaseStack } from '../../../runtime/release.ts';
import type { Deployment } from '../../deployment/deployment.ts';

/** What `device-sim race` writes at its end. */
export interface GradedRace extends RaceGrade {
  readonly cheats: Readonly<Record<string, number>>;
  readonly frameToBoard: { readonly measured: number; readonly p50Ms: number; readonly p99Ms: number };
}

export interface RaceProcess {
  /** Throws when the race did not end as it should: a frame was never acknowledged, or there was no board. */
  ended(): Promise<GradedRace>;
}

const SCRIPT = fileURLToPath(new URL('../../../device-sim/main.ts', import.meta.url));
const STOP_TIMEOUT_MS = 10_000;

/** One race as a process of its own, graded in `gradeFile`; it ends with this one whatever happens to it. */
export function startRace(
  name: string,
  gradeFile: string,
  { host, mqttPort, tokenKey, urls }: Pick<Deployment, 'host' | 'mqttPort' | 'tokenKey' | 'urls'>,
  options: Readonly<Record<string, string | number>>,
  release: ReleaseStack,
): RaceProcess {
  const where = { host, mqttPort, tokenKey, natsUrls: urls.nats, apiUrl: urls.api };
  const own = { ...where, raceId: name, gradeFile, protocols: 'raw', ...options };
  const flags = Object.entries(own).map(([option, value]) => `${flagName(option)}=${value}`);
  const args = [SCRIPT, 'race', ...flags, '--log-level=warn', '--exit-with-parent'];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  const exited = new Promise<string | null>((resolve, reject) => {
    child.once('close', (code, signal) => resolve(code === 0 ? null : (signal ?? `code ${code}`)));
    child.once('error', reject);
  });
  release.add(
    name,
    async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
    { timeoutMs: STOP_TIMEOUT_MS },
  );
  return {
    async ended() {
      const how = await exited;
      if (how !== null) throw new Error(`the race ${name} ended with ${how}; its last lines say why`);
      return JSON.parse(await readFile(gradeFile, 'utf8')) as GradedRace;
    },
  };
}
