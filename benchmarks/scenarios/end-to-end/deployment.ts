import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions } from '../../../runtime/options.ts';
import { stackOptions } from '../../../stack/options.ts';
import { freePort } from '../../../stack/ports.ts';
import { type StackUrls, startStack } from '../../../stack/stack.ts';
import { ensureTokenKeys } from '../../../stack/token-keys.ts';
import type { ScenarioDeps } from '../../scenario.ts';

export interface Deployment {
  readonly urls: StackUrls;
  readonly host: string;
  readonly mqttPort: number;
  /** File with the key that device tokens are signed with. */
  readonly tokenKey: string;
  /** By the name of the process. */
  readonly pids: ReadonlyMap<string, number>;
  /** Aborts, with the name, as soon as a part ends that nobody asked to. */
  readonly lostSignal: AbortSignal;
}

/** Everything that `npm start` starts, in a folder of its own on free ports. Throws EngineError. */
export async function startDeployment({ options, release, say }: ScenarioDeps): Promise<Deployment> {
  const dataDir = await mkdtemp(join(tmpdir(), 'slipstream-bench-'));
  // The first on the list is the last to be done: by then nothing writes there any more.
  release.add('the data folder', () => rm(dataDir, { recursive: true, force: true }), { timeoutMs: 60_000 });
  const defaults = readOptions(stackOptions, { argv: [], env: {} });
  const mqttPort = await freePort(defaults.host);
  const pids = new Map<string, number>();
  const lost = new AbortController();
  const tokenKeys = await ensureTokenKeys(dataDir);
  const urls = await startStack({
    tokenKeys,
    options: {
      ...defaults,
      dataDir,
      mqttPort,
      websocketPort: await freePort(defaults.host),
      natsPort: await freePort(defaults.host),
      questdbPort: await freePort(defaults.host),
      questdbPgPort: await freePort(defaults.host),
      clickhousePort: await freePort(defaults.host),
      ingestAdminPort: await freePort(defaults.host),
      processorsAdminPort: await freePort(defaults.host),
      apiPort: await freePort(defaults.host),
    },
    serviceOptions: {
      processors: {
        sinks: options.sinks.join(','),
        deploymentSinks: options.sinks.join(','),
        holdShards: options.holdShards,
      },
    },
    release,
    onStarted(name, tookMs, pid) {
      pids.set(name, pid);
      say(`${name} is up after ${(tookMs / 1_000).toFixed(1)} s`);
    },
    onLost: (name, how) => lost.abort(new Error(`${name} ended (${how}) in the middle of the run`)),
    onTrouble: (name, trouble) => trouble !== null && lost.abort(new Error(`${name} is not well: ${trouble}`)),
  });
  return { urls, host: defaults.host, mqttPort, tokenKey: tokenKeys.privateFile, pids, lostSignal: lost.signal };
}
