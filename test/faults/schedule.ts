import type { Random } from '../../device-sim/random.ts';
import type { Deployment, PartName } from './deployment.ts';

/** Something that is done to a process once the devices have played this share of their activities. */
export interface ScheduledFault {
  readonly atShare: number;
  readonly part: PartName;
  /** How long it is stopped; null: kill -9. */
  readonly freezeMs: number | null;
}

/** These are killed in every run, whatever the seed. */
const KILLED: readonly PartName[] = [
  'ingest',
  'questdb-sink',
  'clickhouse-sink',
  'holder-a',
  'holder-b',
  'nats-server',
  'questdb',
  'clickhouse',
];
const FROZEN: readonly PartName[] = ['ingest', 'questdb-sink', 'clickhouse-sink', 'holder-a', 'nats-server'];
const MORE_KILLED: readonly PartName[] = ['ingest', 'questdb-sink', 'clickhouse-sink', 'holder-b', 'nats-server'];
const FIRST_SHARE = 0.04;
const LAST_SHARE = 0.9;

/** Every part killed once and some twice, some stopped for a while, in an order and at moments that the seed draws. */
export function drawSchedule(random: Random): ScheduledFault[] {
  const atShare = () => random.between(FIRST_SHARE, LAST_SHARE);
  const kill = (part: PartName) => ({ part, atShare: atShare(), freezeMs: null });
  const freeze = (part: PartName) => ({ part, atShare: atShare(), freezeMs: random.integer(500, 8_000) });
  const twice = [random.pick(MORE_KILLED), random.pick(MORE_KILLED)];
  return [...KILLED.map(kill), ...twice.map(kill), ...FROZEN.map(freeze)].sort((a, b) => a.atShare - b.atShare);
}

const LOOK_EVERY_MS = 50;

/**
 * Does what is scheduled, each at its moment and without waiting for the one before; resolves when all parts that were
 * killed are back and all that were stopped go on.
 */
export async function runSchedule(
  schedule: readonly ScheduledFault[],
  parts: Deployment['parts'],
  share: () => number,
  isOver: () => boolean,
): Promise<void> {
  const done: Promise<void>[] = [];
  for (const { part, atShare, freezeMs } of schedule) {
    while (share() < atShare && !isOver()) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    done.push(freezeMs === null ? parts[part].kill() : parts[part].freeze(freezeMs));
  }
  await Promise.all(done);
}
