import type { KeyValue } from '../../runtime/kv/kv.ts';
import type { Platform } from '../../runtime/nats/platform.ts';
import { BOARD_SLOTS } from '../races/board-reducer.ts';
import { saveBucket, saveCheckpoints } from './buckets.ts';
import type { Part } from './manifest.ts';

interface Bucket {
  open(platform: Platform): Promise<KeyValue>;
  readonly filter: string;
  readonly covers: string;
}

/** How each bucket is opened, and what of it is kept. */
export const BUCKETS = {
  checkpoints: {
    open: (platform) => platform.checkpoints(),
    filter: '>',
    covers: 'State of the reducers of each shard',
  },
  boardCheckpoints: {
    open: (platform) => platform.boardCheckpoints(),
    filter: '>',
    covers: 'State of the boards of races',
  },
  ledger: { open: (platform) => platform.ledger(), filter: '>', covers: 'What was accepted on each shard' },
  offsets: {
    open: (platform) => platform.offsets(),
    filter: '>',
    covers: 'Clock corrections, frozen for each boot of a device',
  },
  // Members are processes, and those of the old time are no more.
  leases: { open: (platform) => platform.leases(), filter: 'shard.>', covers: 'Epochs of the shards' },
  boardLeases: { open: (platform) => platform.boardLeases(), filter: 'shard.>', covers: 'Epochs of the boards' },
  boards: { open: (platform) => platform.boards(), filter: '>', covers: 'The last board of each race' },
  revocations: {
    open: (platform) => platform.revocations(),
    filter: '>',
    covers: 'Tokens and devices that are no longer let in',
  },
  config: { open: (platform) => platform.config(), filter: '>', covers: 'What operators have set' },
} satisfies Record<string, Bucket>;
export type BucketName = keyof typeof BUCKETS;

export function isBucket(name: string): name is BucketName {
  return Object.hasOwn(BUCKETS, name);
}

/** The holders whose checkpoints a bucket has, and `null` of another: its keys are copied as they are. */
const holdersOf = (name: BucketName, shards: number) =>
  name === 'checkpoints' ? shards : name === 'boardCheckpoints' ? BOARD_SLOTS : null;

/** Copies a bucket into a folder of the backup. */
export async function saveKept(
  { platform, shards, dir, signal }: { platform: Platform; shards: number; dir: string; signal: AbortSignal },
  name: BucketName,
  folder: string,
): Promise<Part> {
  const { open, filter, covers }: Bucket = BUCKETS[name];
  const kv = await open(platform);
  const path = `${folder}/${name}.jsonl`;
  const holders = holdersOf(name, shards);
  const saved = await (holders === null
    ? saveBucket(kv, filter, dir, path, signal)
    : saveCheckpoints(kv, holders, dir, path, signal));
  return { kind: 'bucket', name, covers, ...saved };
}
