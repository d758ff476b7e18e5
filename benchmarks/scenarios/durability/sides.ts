import { join } from 'node:path';
import { createSilentLog } from '../../../runtime/log.ts';
import { connectNats } from '../../../runtime/nats/connection.ts';
import type { ReleaseStack } from '../../../runtime/release.ts';
import { createNames } from '../../../schemas/names.ts';
import { startNats } from '../../../stack/nats.ts';
import { type NatsCluster, startNatsCluster } from '../../../stack/nats-cluster.ts';
import { freePort } from '../../../stack/ports.ts';
import { type NatsPlace, STREAM_BYTES, startIngestAlone } from '../../deployment/ingest-alone.ts';
import type { ScenarioDeps } from '../../scenario.ts';
import type { Broker } from '../ingest/broker.ts';

/** What an acknowledgement promises: on this disk within a second, on this disk, or on two of three servers. */
export const SIDES = ['one', 'always', 'three'] as const;
export type SideName = (typeof SIDES)[number];

export interface Side extends Broker {
  readonly name: SideName;
  readonly natsUrl: string;
  readonly replicas: number;
}

const MAX_FILE_BYTES = 2 * STREAM_BYTES;
const STOP_MS = 20_000;

/** Ingest before the servers of each side; all run at once, and those that have no turn are idle. */
export async function startSides(deps: ScenarioDeps, dir: string): Promise<{ sides: Side[]; cluster: NatsCluster }> {
  const cluster = await startNatsCluster({ dir: join(dir, 'three'), maxFileBytes: MAX_FILE_BYTES });
  deps.release.add('the cluster', () => cluster.stop(), { timeoutMs: STOP_MS });
  const places: Record<SideName, NatsPlace> = {
    one: await startOne(deps.release, join(dir, 'one'), '1s'),
    always: await startOne(deps.release, join(dir, 'always'), 'always'),
    three: {
      urls: cluster.urls.join(','),
      replicas: cluster.urls.length,
      pids: new Map(cluster.pids.map((pid, i) => [`nats-server-${i + 1}`, pid])),
    },
  };
  const sides: Side[] = [];
  for (const name of SIDES) {
    const nats = places[name];
    const target = await startIngestAlone(deps, { dir: join(dir, name, 'ingest'), nats });
    sides.push({ name, target, pids: target.pids, natsUrl: nats.urls, replicas: nats.replicas });
  }
  return { sides, cluster };
}

async function startOne(release: ReleaseStack, dir: string, syncInterval: string): Promise<NatsPlace> {
  const nats = await startNats({ dir, port: await freePort(), maxFileBytes: MAX_FILE_BYTES, syncInterval });
  release.add(`nats-server (${syncInterval})`, () => nats.stop(), { timeoutMs: STOP_MS });
  return { urls: nats.urls.nats, replicas: 1, pids: new Map([['nats-server', nats.pid]]) };
}

/** kill -9 of the server that leads the frame stream; resolves when it is gone. Answers which one it was. */
export async function killLeader(cluster: NatsCluster): Promise<number> {
  const link = await connectNats({ servers: cluster.urls, name: 'bench', logger: createSilentLog() });
  try {
    const { cluster: copies } = await link.jsm.streams.info(createNames().framesStream);
    const leader = cluster.indexOf(copies?.leader ?? '');
    if (leader < 0) throw new Error('the frame stream has no leader');
    await cluster.kill(leader);
    return leader;
  } finally {
    await link.close();
  }
}
