import { join } from 'node:path';
import type { Engine } from './engine.ts';
import { type NatsUrls, startNats } from './nats.ts';
import { freePorts } from './ports.ts';

/** Three nats-servers on one machine that keep the same streams: for tests and measurements, not for safety. */
export interface NatsCluster {
  readonly urls: readonly string[];
  readonly pids: readonly number[];
  /** Index of the server with this name. */
  indexOf(serverName: string): number;
  /** kill -9; resolves when it is gone. */
  kill(index: number): Promise<void>;
  /** Starts one that was killed, on its own files and ports. Throws EngineError. */
  start(index: number): Promise<void>;
  stop(): Promise<void>;
}

export interface NatsClusterOptions {
  /** Each server has a folder of its own in it. */
  readonly dir: string;
  readonly maxFileBytes: number;
  readonly syncInterval?: string;
  readonly readyTimeoutMs?: number;
}

const SERVERS = 3;

/** Starts the servers together and resolves once each is ready. Throws EngineError; none is left running then. */
export async function startNatsCluster(options: NatsClusterOptions): Promise<NatsCluster> {
  const { dir, maxFileBytes, syncInterval, readyTimeoutMs = 60_000 } = options;
  const ports = await freePorts(3 * SERVERS);
  const peerPorts = ports.slice(2 * SERVERS);
  const nameOf = (index: number) => `slipstream-${index + 1}`;
  const indexes = Array.from({ length: SERVERS }, (_, index) => index);
  const startOne = (index: number) =>
    startNats({
      dir: join(dir, nameOf(index)),
      port: ports[index],
      monitorPort: ports[SERVERS + index],
      maxFileBytes,
      syncInterval,
      readyTimeoutMs,
      cluster: { serverName: nameOf(index), port: peerPorts[index], peerPorts },
    });

  const engines: Engine<NatsUrls>[] = [];
  const starts = await Promise.allSettled(indexes.map(startOne));
  for (const start of starts) if (start.status === 'fulfilled') engines.push(start.value);
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed) {
    await Promise.all(engines.map((engine) => engine.stop()));
    throw failed.reason;
  }

  return {
    urls: engines.map((engine) => engine.urls.nats),
    get pids() {
      return engines.map((engine) => engine.pid);
    },
    indexOf: (serverName) => indexes.findIndex((index) => nameOf(index) === serverName),
    async kill(index) {
      engines[index].kill('SIGKILL');
      await engines[index].exited;
    },
    async start(index) {
      engines[index] = await startOne(index);
    },
    async stop() {
      await Promise.all(engines.map((engine) => engine.stop()));
    },
  };
}
