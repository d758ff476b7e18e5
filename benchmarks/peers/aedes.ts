import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEngine } from '../../stack/engine.ts';
import { freePort, isPortTaken } from '../../stack/ports.ts';
import type { LoadTarget } from '../deployment/load-process.ts';
import type { PeerPlace } from './peer.ts';

const HOST = '127.0.0.1';
const SCRIPT = fileURLToPath(new URL('aedes-broker.ts', import.meta.url));
const MANIFEST = new URL('../../node_modules/aedes/package.json', import.meta.url);

export interface Aedes extends LoadTarget {
  readonly pid: number;
  readonly version: string;
}

/** aedes, a broker in JavaScript, as a process of its own with its persistence in memory. */
export async function startAedes({ dir, release }: PeerPlace): Promise<Aedes> {
  const port = await freePort(HOST);
  const own = join(dir, 'aedes');
  const engine = await startEngine({
    name: 'aedes',
    command: process.execPath,
    args: [`--title=${own}`, SCRIPT],
    dir: own,
    host: HOST,
    ports: [{ port }],
    urls: {},
    input: `${JSON.stringify({ host: HOST, port })}\n`,
    isReady: () => isPortTaken(port, HOST),
    readyTimeoutMs: 30_000,
    stopTimeoutMs: 10_000,
  });
  release.add('aedes', () => engine.stop(), { timeoutMs: 15_000 });
  const { version } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  return { host: HOST, mqttPort: port, pid: engine.pid, version };
}
