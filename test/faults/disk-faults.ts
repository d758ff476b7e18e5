import type { PartName } from './deployment.ts';
import type { Fault } from './fault.ts';

const FULL_MS = 8_000;

const DISKS: readonly (readonly ['nats-server' | 'questdb' | 'clickhouse', string, string])[] = [
  ['nats-server', 'JetStream', 'nothing is acknowledged; once there is room its server is started again and goes on'],
  ['questdb', 'QuestDB', 'its sink waits until there is room; ClickHouse does not wait'],
  ['clickhouse', 'ClickHouse', 'its sink waits until there is room; QuestDB does not wait'],
];

export const DISK_FAULTS: readonly Fault[] = DISKS.map(
  ([part, title, promise]): Fault => ({
    name: `full-disk-${part}`,
    title: `the disk of ${title} is full for ${FULL_MS / 1_000} s`,
    promise,
    needsDisks: true,
    isRandom: false,
    mayEnd: [part satisfies PartName],
    async strike({ deployment }) {
      const disk = deployment.disks?.[part];
      if (!disk) throw new Error('the deployment has no disks of its own');
      disk.fill();
      await new Promise((resolve) => setTimeout(resolve, FULL_MS));
      disk.free();
    },
  }),
);
