import { join, resolve } from 'node:path';
import { readOptions } from '../../../runtime/options.ts';
import type { UwsNode } from '../../../runtime/sockets/uws-node.ts';
import { answersOk, type Engine, startEngine } from '../../../stack/engine.ts';
import { stackOptions } from '../../../stack/options.ts';
import { freePorts } from '../../../stack/ports.ts';

export const ADAPTERS = ['uws', 'ws'] as const;
export type Adapter = (typeof ADAPTERS)[number];

/**
 * Makes ingest find no uWebSockets.js: both sides then run on the same Node and the same C library, and ingest needs no
 * option that nobody else wants.
 */
const WITHOUT_UWS = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ resolve(name, context, next) {
    if (name === 'uWebSockets.js') throw new Error('it is left out');
    return next(name, context);
  } });`)}`;

const MAIN = resolve(import.meta.dirname, '../../../ingest/main.ts');

/** Ingest as a process of its own, which serves WebSockets with `adapter`. */
export async function startIngest(adapter: Adapter, node: UwsNode, natsUrl: string, parent: string) {
  const { host } = readOptions(stackOptions, { argv: [], env: {} });
  const dir = join(parent, adapter);
  const [mqttPort, websocketPort, adminPort] = await freePorts(3, host);
  const ports = { 'mqtt-port': mqttPort, 'websocket-port': websocketPort, 'ingest-admin-port': adminPort };
  const ingest: Engine<{ websocket: string }> = await startEngine({
    name: 'ingest',
    command: node.command,
    args: [
      ...node.args,
      ...(adapter === 'ws' ? ['--import', WITHOUT_UWS] : []),
      ...[`--title=${dir}`, MAIN, '--nats-urls', natsUrl],
      ...Object.entries(ports).map(([name, port]) => `--${name}=${port}`),
      ...['--lanes=1', '--open', '--exit-with-parent', '--log-format=json'],
    ],
    dir,
    host,
    ports: Object.values(ports).map((port) => ({ port })),
    urls: { websocket: `ws://${host}:${websocketPort}` },
    input: '\n',
    isReady: () => answersOk(`http://${host}:${adminPort}/health/ready`),
    readyTimeoutMs: 60_000,
    stopTimeoutMs: 30_000,
  });
  return { ingest, logFile: join(dir, 'ingest.log') };
}
