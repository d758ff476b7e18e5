import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readOptions } from '../../../runtime/options.ts';
import { StartError } from '../../../runtime/service.ts';
import type { UwsNode } from '../../../runtime/sockets/uws-node.ts';
import { answersOk, type Engine, startEngine } from '../../../stack/engine.ts';
import { stackOptions } from '../../../stack/options.ts';
import { freePorts } from '../../../stack/ports.ts';

export const ADAPTERS = ['ws', 'uws'] as const;
export type Adapter = (typeof ADAPTERS)[number];

export interface WatchApi {
  readonly engine: Engine<{ admin: string }>;
  readonly host: string;
  /** Where races are watched. */
  readonly port: number;
}

const MAIN = resolve(import.meta.dirname, '../../../api/main.ts');

/**
 * The API as a process of its own, without stores, which nobody who watches a race asks for. With `ws` its one port
 * serves all, as by default; with uWebSockets.js those who watch have a port of their own. Throws StartError when the
 * library did not load.
 */
export async function startWatchApi(
  name: string,
  { adapter, node, natsUrl, dir, maxWatchers }: WatchApiPlan,
): Promise<WatchApi> {
  const { host } = readOptions(stackOptions, { argv: [], env: {} });
  const [apiPort, watchPort] = await freePorts(2, host);
  const watchFlags = adapter === 'uws' ? [`--watch-port=${watchPort}`] : [];
  const own = join(dir, name);
  const engine = await startEngine({
    name,
    command: node.command,
    args: [
      ...[...node.args, `--title=${own}`, MAIN, `--nats-urls=${natsUrl}`, `--api-port=${apiPort}`, ...watchFlags],
      ...[`--max-watchers=${maxWatchers}`, '--open-loopback', '--exit-with-parent', '--log-format=json'],
    ],
    dir: own,
    host,
    ports: [{ port: apiPort }, { port: watchPort }],
    urls: { admin: `http://${host}:${apiPort}` },
    input: '\n',
    isReady: () => answersOk(`http://${host}:${apiPort}/health/live`),
    readyTimeoutMs: 60_000,
    stopTimeoutMs: 60_000,
  });
  if (adapter === 'uws') {
    const log = await readFile(join(own, `${name}.log`), 'utf8');
    if (!log.includes('"adapter":"uws"')) throw new StartError(`${name} did not serve watchers with uWebSockets.js`);
  }
  return { engine, host, port: adapter === 'uws' ? watchPort : apiPort };
}

export interface WatchApiPlan {
  readonly adapter: Adapter;
  readonly node: UwsNode;
  readonly natsUrl: string;
  readonly dir: string;
  readonly maxWatchers: number;
}
