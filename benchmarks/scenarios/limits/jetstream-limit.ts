import { join } from 'node:path';
import { createSilentLog } from '../../../runtime/log.ts';
import { connectNats } from '../../../runtime/nats/connection.ts';
import { openNatsLog } from '../../../runtime/nats/nats-stream.ts';
import { DEFAULT_SHARDS } from '../../../schemas/identity.ts';
import { startNats } from '../../../stack/nats.ts';
import { freePort } from '../../../stack/ports.ts';
import { openAccount } from '../../cpu-account.ts';
import type { ScenarioDeps } from '../../scenario.ts';
import type { Limit } from './limit.ts';

const GIB = 1024 ** 3;
/** As ingest has them under load: see `ingest`, which notes bytes and messages of its stream. */
const MESSAGE_BYTES = 64 * 1024;
/** A message of this size holds about so many samples of the canonical load. */
const SAMPLES_PER_MESSAGE = 1_000;

/** Publishes of our size to a file stream, one in flight for each shard, as ingest has them. */
export async function createJetStreamLimit({ release, signal }: ScenarioDeps, dir: string): Promise<Limit> {
  const engine = await startNats({ dir: join(dir, 'nats'), port: await freePort(), maxFileBytes: 64 * GIB });
  release.add('nats-server', () => engine.stop(), { timeoutMs: 20_000 });
  const link = await connectNats({ servers: [engine.urls.nats], name: 'bench', logger: createSilentLog() });
  release.add('the NATS connection', () => link.drain());
  const log = await openNatsLog(link, {
    name: 'LIMIT',
    subjects: ['limit.*'],
    maxBytes: 32 * GIB,
    metadata: {},
    replicas: 1,
    duplicateWindowMs: 120_000,
  });
  const payload = new Uint8Array(MESSAGE_BYTES).map((_, i) => (i * 31) & 0xff);
  let run = 0;

  return {
    name: 'jetstream',
    async run(samples) {
      run++;
      const messages = Math.max(DEFAULT_SHARDS, Math.ceil(samples / SAMPLES_PER_MESSAGE));
      const before = await log.info();
      const close = openAccount(new Map([['nats-server', engine.pid]]));
      let next = 0;
      const publishInTurn = async (shard: number) => {
        while (next < messages) {
          signal.throwIfAborted();
          await log.publish(`limit.${shard}`, payload, { msgId: `${run}.${next++}`, headers: {} });
        }
      };
      await Promise.all(Array.from({ length: DEFAULT_SHARDS }, (_, shard) => publishInTurn(shard)));
      const { elapsedMs, cpuMs } = close();
      const after = await log.info();
      return {
        sent: messages * SAMPLES_PER_MESSAGE,
        found: (after.messages - before.messages) * SAMPLES_PER_MESSAGE,
        bytes: after.bytes - before.bytes,
        elapsedMs,
        engineCpuMs: cpuMs['nats-server'],
      };
    },
  };
}
