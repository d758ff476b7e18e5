import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEngine } from '../../stack/engine.ts';
import type { Mosquitto } from './mosquitto.ts';
import type { NodeDeveloperPlan } from './node-developer-service.ts';
import type { PeerPlace } from './peer.ts';

const SCRIPT = fileURLToPath(new URL('node-developer-service.ts', import.meta.url));

/** What a Node developer would write in a day, between Mosquitto and both stores, as a process of its own. */
export async function startNodeDeveloper(
  { dir, release }: PeerPlace,
  { host, mqttPort }: Mosquitto,
  stores: { readonly questdb: string; readonly clickhouse: string },
): Promise<{ readonly pid: number }> {
  const own = join(dir, 'node-developer');
  const log = join(own, 'node-developer.log');
  const plan: NodeDeveloperPlan = { mqtt: `mqtt://${host}:${mqttPort}`, ...stores };
  const engine = await startEngine({
    name: 'node-developer',
    command: process.execPath,
    args: [`--title=${own}`, SCRIPT],
    dir: own,
    host,
    ports: [],
    urls: {},
    input: `${JSON.stringify(plan)}\n`,
    isReady: async () => readFileSync(log, 'utf8').includes('subscribed'),
    readyTimeoutMs: 30_000,
    stopTimeoutMs: 10_000,
  });
  release.add('node-developer', () => engine.stop(), { timeoutMs: 15_000 });
  return { pid: engine.pid };
}
