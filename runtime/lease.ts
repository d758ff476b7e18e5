import { keys, type Names } from '../schemas/names.ts';
import { type Bus, NoRespondersError } from './bus.ts';
import type { Clock } from './clock.ts';
import { KeyConflictError, type KeyValue, KvUnavailableError } from './kv/kv.ts';
import { createLeaseView, fairShare, readLease, writeLease } from './lease-view.ts';
import type { Logger } from './log.ts';

export interface LeasesDeps {
  readonly kv: KeyValue;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly names: Pick<Names, 'holder'>;
  readonly shards: number;
  /** Unique for each start of a process: `[A-Za-z0-9_-]+`. */
  readonly owner: string;
  readonly logger: Logger;
  /** The shard is ours: called once for each term. */
  onTaken(term: Term): void;
  /** Somebody else should have it: finish, then {@link Leases.release} it. It stays ours until then. */
  onSurplus(term: Term): void;
  readonly turnMs?: number;
  readonly renewMs?: number;
  readonly stealAfterMs?: number;
}

/** One time of holding a shard. */
export interface Term {
  readonly shard: number;
  /** Greater than that of every holder before. */
  readonly epoch: number;
  /** Aborts when the shard was lost or released. */
  readonly signal: AbortSignal;
}

export interface Leases {
  /** Takes, renews and gives up until `signal` aborts; then holds what it holds, unrenewed. */
  run(signal: AbortSignal): Promise<void>;
  held(): Term[];
  /** Gives a shard back, for anybody to take at once. Throws KvUnavailableError: others then wait for its age. */
  release(shard: number): Promise<void>;
  /** Takes no more shards from now on, and asks for all that are held to be given up. */
  retire(): void;
  /** Leaves the members. To be called when everything is released. */
  leave(): Promise<void>;
}

interface Held extends Term {
  revision: number;
  renewedAtMs: number;
  readonly abort: AbortController;
  isSurplus: boolean;
  /** The renewal under way: a release needs the revision that it leaves behind. */
  renewing: Promise<void>;
}

const PROBE_TIMEOUT_MS = 400;
/** Each start has its own name, so keys of those that died are removed. */
const FORGET_MEMBER_AFTER_MS = 60_000;

/**
 * Which shards this process holds. Each shard has a lease in the bucket: taken and renewed by compare-and-set, so two
 * never hold one revision. A lease is stolen at once when nobody answers on its owner's subject, and after
 * `stealAfterMs` without a renewal otherwise. Members share the shards evenly; who has too many gives some back.
 *
 * A process that was stopped believes in its lease until the next renewal fails. The lease alone therefore proves
 * nothing: what a holder writes carries its epoch, and its manifest is the fence.
 */
export function createLeases(deps: LeasesDeps): Leases {
  const { kv, bus, clock, names, shards, owner, logger } = deps;
  const { turnMs = 500, renewMs = 1_000, stealAfterMs = 3_000 } = deps;
  const held = new Map<number, Held>();
  let wake: (() => void) | null = null;
  let retired = false;
  const view = createLeaseView({ kv, clock, logger, onRoom: () => wake?.() });

  function drop(one: Held, why: string): void {
    if (held.get(one.shard) === one) held.delete(one.shard);
    one.abort.abort(new Error(why));
  }

  async function renew(one: Held): Promise<void> {
    if (held.get(one.shard) !== one || clock.monotonicMs() - one.renewedAtMs < renewMs) return;
    const renewing = renewNow(one);
    // The failure is this call's own; those who wait here only need to know that the renewal is over.
    one.renewing = renewing.catch(() => undefined);
    await renewing;
  }

  async function renewNow(one: Held): Promise<void> {
    const key = keys.lease(one.shard);
    try {
      one.revision = await kv.update(key, writeLease({ owner, epoch: one.epoch }), one.revision);
      one.renewedAtMs = clock.monotonicMs();
    } catch (error) {
      if (!(error instanceof KeyConflictError)) throw error;
      // An earlier renewal may have been stored without an answer; then it is still ours, under a newer revision.
      const entry = await kv.get(key);
      const now = entry && readLease(entry.value);
      if (entry && now?.owner === owner && now.epoch === one.epoch) {
        one.revision = entry.revision;
        return;
      }
      if (held.get(one.shard) !== one) return;
      logger.warn({ shard: one.shard, epoch: one.epoch, now }, 'the shard was taken over');
      drop(one, `shard ${one.shard} was taken over`);
    }
  }

  /** Owners of whom it is certain that no process with their name is connected. */
  async function findGone(others: Iterable<string>): Promise<Set<string>> {
    const gone = new Set<string>();
    await Promise.all(
      [...others].map(async (other) => {
        try {
          await bus.request(names.holder(other), new Uint8Array(0), PROBE_TIMEOUT_MS);
        } catch (error) {
          // Any other failure says nothing about the owner: then its age decides.
          if (error instanceof NoRespondersError) gone.add(other);
        }
      }),
    );
    return gone;
  }

  async function take(shard: number): Promise<void> {
    const seen = view.lease(shard);
    const epoch = (seen?.epoch ?? 0) + 1;
    const value = writeLease({ owner, epoch });
    const key = keys.lease(shard);
    try {
      const revision = seen ? await kv.update(key, value, seen.revision) : await kv.create(key, value);
      const abort = new AbortController();
      const renewedAtMs = clock.monotonicMs();
      const renewing = Promise.resolve();
      const one = { shard, epoch, signal: abort.signal, abort, revision, renewedAtMs, isSurplus: false, renewing };
      held.set(shard, one);
      logger.info({ shard, epoch, before: seen?.owner ?? '' }, 'took a shard');
      deps.onTaken(one);
    } catch (error) {
      if (!(error instanceof KeyConflictError)) throw error;
      logger.debug({ shard }, 'somebody else took the shard first');
    }
  }

  function giveUp(count: number): void {
    const kept = [...held.values()].filter((one) => !one.isSurplus).sort((a, b) => b.shard - a.shard);
    for (const one of kept.slice(0, count)) {
      one.isSurplus = true;
      deps.onSurplus(one);
    }
  }

  async function turn(): Promise<void> {
    await view.open();
    if (!retired) await kv.put(keys.member(owner), Buffer.from('{}'));
    for (const one of [...held.values()]) await renew(one);
    if (!view.isReady() || retired) return;
    for (const member of view.deadMembers(FORGET_MEMBER_AFTER_MS)) await kv.delete(keys.member(member));

    const members = new Set(view.liveMembers(stealAfterMs));
    const owners = Array.from({ length: shards }, (_, shard) => view.lease(shard)?.owner ?? '');
    const others = new Set([...members, ...owners].filter((other) => other !== '' && other !== owner));
    const gone = await findGone(others);
    if (retired) return;
    const { quota, first } = fairShare(
      [...members].filter((member) => !gone.has(member)),
      owner,
      shards,
    );
    const keeping = [...held.values()].filter((one) => !one.isSurplus).length;
    if (keeping > quota) return giveUp(keeping - quota);
    for (let i = 0; i < shards && !retired; i++) {
      const shard = (first + i) % shards;
      if ([...held.values()].filter((one) => !one.isSurplus).length >= quota) return;
      if (!held.has(shard) && isFree(shard, gone)) await take(shard);
    }
  }

  function isFree(shard: number, gone: Set<string>): boolean {
    const lease = view.lease(shard);
    if (!lease || lease.owner === '' || gone.has(lease.owner)) return true;
    // Ours but not held: a take without an answer. Taking it again gives it a new epoch.
    return lease.owner === owner || clock.monotonicMs() - lease.changedAtMs >= stealAfterMs;
  }

  return {
    async run(signal) {
      const subscription = bus.subscribe(names.holder(owner), (message) => message.respond(new Uint8Array(0)));
      try {
        while (!signal.aborted) {
          // Rejected by the signal only, which the loop looks at itself.
          const pause = clock.sleep(turnMs, signal).catch(() => undefined);
          const room = new Promise<void>((resolve) => {
            wake = resolve;
          });
          try {
            await bus.flush();
            await turn();
          } catch (error) {
            logger.warn({ err: error, owner }, 'a turn of leases failed and is tried again');
            await pause;
          }
          await Promise.race([pause, room]);
        }
      } finally {
        subscription.stop();
        view.close();
      }
    },

    held: () => [...held.values()],

    async release(shard) {
      const one = held.get(shard);
      if (!one) return;
      drop(one, `shard ${shard} was released`);
      await one.renewing;
      try {
        await kv.update(keys.lease(shard), writeLease({ owner: '', epoch: one.epoch }), one.revision);
      } catch (error) {
        if (!(error instanceof KeyConflictError)) throw error;
        logger.debug({ shard }, 'the shard was taken before it was released');
      }
    },

    retire() {
      retired = true;
      giveUp(held.size);
    },

    async leave() {
      try {
        await kv.delete(keys.member(owner));
      } catch (error) {
        if (!(error instanceof KvUnavailableError)) throw error;
        logger.debug({ owner }, 'could not leave the members; the key grows old by itself');
      }
    },
  };
}
