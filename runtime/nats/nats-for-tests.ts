import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats } from '../../stack/nats.ts';
import { freePort } from '../../stack/ports.ts';
import { createSilentLog } from '../log.ts';
import { connectNats, type NatsLink } from './connection.ts';

/** A nats-server of one test file: own folder, own port. */
export interface TestNats {
  readonly url: string;
  readonly pid: number;
  connect(name?: string): Promise<NatsLink>;
  /** kill -9, then a new process on the same files and port. */
  killAndRestart(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestNats({ maxFileBytes = 2 ** 30 } = {}): Promise<TestNats> {
  const dir = await mkdtemp(join(tmpdir(), 'slip-nats-'));
  const port = await freePort();
  const start = () => startNats({ dir, port, maxFileBytes });
  let engine = await start();
  const links: NatsLink[] = [];

  const kill = async () => {
    engine.kill('SIGKILL');
    await engine.exited;
  };
  return {
    url: engine.urls.nats,
    get pid() {
      return engine.pid;
    },
    async connect(name = 'test') {
      const link = await connectNats({
        servers: [engine.urls.nats],
        name,
        requestTimeoutMs: 3_000,
        logger: createSilentLog(),
      });
      links.push(link);
      return link;
    },
    kill,
    async start() {
      engine = await start();
    },
    async killAndRestart() {
      await kill();
      engine = await start();
    },
    async stop() {
      await Promise.all(links.map((link) => link.close()));
      await engine.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
