import type { Clock } from './clock.ts';
import type { KeyValue, Watch } from './kv/kv.ts';
import type { Logger } from './log.ts';

/** Who holds a shard. `owner` is '' when it was given back; the epoch of the last holder stays. */
export interface LeaseRecord {
  readonly owner: string;
  readonly epoch: number;
}

export interface SeenLease extends LeaseRecord {
  readonly revision: number;
  /** On the monotonic clock of the one who looks. */
  readonly changedAtMs: number;
}

/** What one process knows of all leases and members, from one watch. */
export interface LeaseView {
  /** Opens the watch unless it is open. Throws KvUnavailableError. */
  open(): Promise<void>;
  /** False until everything was told, and again after the watch was lost: nothing may be concluded then. */
  isReady(): boolean;
  lease(shard: number): SeenLease | null;
  /** Members whose key was written within `withinMs`. */
  liveMembers(withinMs: number): string[];
  deadMembers(sinceMs: number): string[];
  close(): void;
}

export interface LeaseViewDeps {
  readonly kv: KeyValue;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A shard is free, a member left, or everything was told: a turn is worth while. */
  onRoom(): void;
}

const SHARD_KEY = /^shard\.(\d{1,5})$/;
const MEMBER_PREFIX = 'member.';

/** Watches the bucket of leases. Ages are counted from when a change was seen, so clocks need not agree. */
export function createLeaseView({ kv, clock, logger, onRoom }: LeaseViewDeps): LeaseView {
  const leases = new Map<number, SeenLease>();
  const members = new Map<string, number>();
  let watch: Watch | null = null;
  let ready = false;
  // Handlers of a watch that was replaced must not speak any more.
  let term = 0;

  function learn(key: string, value: Uint8Array | null, revision: number): void {
    const changedAtMs = clock.monotonicMs();
    if (key.startsWith(MEMBER_PREFIX)) {
      const member = key.slice(MEMBER_PREFIX.length);
      if (value) members.set(member, changedAtMs);
      else members.delete(member);
      if (!value && ready) onRoom();
      return;
    }
    const shard = SHARD_KEY.exec(key)?.[1];
    if (shard === undefined) return;
    const record = value && readLease(value);
    if (record) leases.set(Number(shard), { ...record, revision, changedAtMs });
    else leases.delete(Number(shard));
    if (ready && (!record || record.owner === '')) onRoom();
  }

  function lose(): void {
    term++;
    watch?.stop();
    watch = null;
    ready = false;
    leases.clear();
    members.clear();
  }

  return {
    async open() {
      if (watch) return;
      const own = ++term;
      const opened = await kv.watch('>', {
        onChange: ({ key, value, revision }) => {
          if (own === term) learn(key, value, revision);
        },
        onReady: () => {
          if (own !== term) return;
          ready = true;
          onRoom();
        },
        onLost: (error) => {
          if (own !== term) return;
          logger.warn({ err: error }, 'the watch on leases was lost');
          lose();
        },
      });
      if (own === term) watch = opened;
      else opened.stop();
    },
    isReady: () => ready,
    lease: (shard) => leases.get(shard) ?? null,
    liveMembers(withinMs) {
      const sinceMs = clock.monotonicMs() - withinMs;
      return [...members].filter(([, changedAtMs]) => changedAtMs > sinceMs).map(([member]) => member);
    },
    deadMembers(sinceMs) {
      const beforeMs = clock.monotonicMs() - sinceMs;
      return [...members].filter(([, changedAtMs]) => changedAtMs < beforeMs).map(([member]) => member);
    },
    close: lose,
  };
}

export function writeLease(record: LeaseRecord): Uint8Array {
  return Buffer.from(JSON.stringify({ owner: record.owner, epoch: record.epoch }));
}

/** Throws on a value that is not a lease: better no holder than two epochs that are alike. */
export function readLease(value: Uint8Array): LeaseRecord {
  const { owner, epoch } = JSON.parse(Buffer.from(value).toString()) as Partial<LeaseRecord>;
  if (typeof owner !== 'string' || !Number.isSafeInteger(epoch)) throw new Error('the value is not a lease');
  return { owner, epoch: epoch as number };
}

/** How many shards each member should hold, and where it begins to look: even to within one, the same for everyone. */
export function fairShare(members: readonly string[], owner: string, shards: number): { quota: number; first: number } {
  const sorted = [...new Set([...members, owner])].sort();
  const index = sorted.indexOf(owner);
  const base = Math.floor(shards / sorted.length);
  const larger = shards % sorted.length;
  return { quota: base + (index < larger ? 1 : 0), first: index * base + Math.min(index, larger) };
}
