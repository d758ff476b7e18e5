import { keys } from '../schemas/names.ts';
import type { Clock } from './clock.ts';
import { type Entry, KeyConflictError, type KeyValue } from './kv/kv.ts';

export interface OffsetsDeps {
  readonly kv: KeyValue;
  readonly clock: Clock;
  /** The bucket's own: longer than the oldest frame that is accepted. */
  readonly ttlMs: number;
  readonly maxCachedBoots?: number;
  readonly maxWaitingBoots?: number;
}

export interface FrozenOffset {
  /** ms to add to the device's time. */
  readonly offsetMs: number;
  /** Until then it may be used without asking; asking afterwards keeps a boot in use from expiring. */
  readonly validUntilMs: number;
}

export interface Offsets {
  /**
   * The clock correction of a device's boot. The first to ask freezes its proposal, whoever asks later gets that one.
   * Throws KvUnavailableError when the bucket is out of reach and nothing is known yet.
   */
  resolve(device: string, bootHex: string, proposal: { offsetMs: number }): Promise<FrozenOffset>;
  /** Whether `resolve` needs no proposal any more. Throws KvUnavailableError. */
  isFrozen(device: string, bootHex: string): Promise<boolean>;
}

/** Too many boots are being asked for at once: refuse the frame, its device sends it again. */
export class TooManyOffsetsError extends Error {
  override name = 'TooManyOffsetsError';
}

const MAX_ATTEMPTS = 5;

/**
 * Clock corrections, one for each (device, boot), created in a bucket by compare-and-set before the first
 * acknowledgement and never changed: event time = device time + offset is then a pure function of the frame, whichever
 * process decodes it and however often. A boot in use is written again (the same value) when it is a quarter of the
 * bucket's age limit old, so it never expires before its frames do.
 */
export function createOffsets(deps: OffsetsDeps): Offsets {
  const { kv, clock, ttlMs, maxCachedBoots = 100_000, maxWaitingBoots = 10_000 } = deps;
  const freshMs = ttlMs / 4;
  // Insertion order is the order of use: the first key is the one used longest ago.
  const cached = new Map<string, FrozenOffset>();
  const waiting = new Map<string, Promise<FrozenOffset>>();

  function remember(key: string, frozen: FrozenOffset): FrozenOffset {
    cached.delete(key);
    cached.set(key, frozen);
    if (cached.size > maxCachedBoots) {
      for (const oldest of cached.keys()) {
        cached.delete(oldest);
        break;
      }
    }
    return frozen;
  }

  async function ask(key: string, proposalMs: number): Promise<FrozenOffset> {
    for (let attempt = 1; ; attempt++) {
      try {
        const entry = await kv.get(key);
        const offsetMs = entry ? readOffset(entry) : proposalMs;
        const value = Buffer.from(JSON.stringify({ offsetMs }));
        if (!entry) await kv.create(key, value);
        else if (clock.nowMs() < entry.writtenMs + freshMs)
          return { offsetMs, validUntilMs: entry.writtenMs + freshMs };
        else await kv.update(key, value, entry.revision);
        return { offsetMs, validUntilMs: clock.nowMs() + freshMs };
      } catch (error) {
        // Somebody else created or touched it in between: theirs stands.
        if (!(error instanceof KeyConflictError) || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  return {
    resolve(device, bootHex, { offsetMs }) {
      const key = keys.offset(device, bootHex);
      const known = cached.get(key);
      if (known && clock.nowMs() < known.validUntilMs) return Promise.resolve(remember(key, known));
      const asked = waiting.get(key);
      if (asked) return asked;
      if (waiting.size >= maxWaitingBoots) {
        return Promise.reject(new TooManyOffsetsError(`${maxWaitingBoots} clock corrections are being asked for`));
      }
      // What was frozen once is proposed again, should the bucket have lost it.
      const asking = ask(key, known?.offsetMs ?? offsetMs)
        .then((frozen) => remember(key, frozen))
        .finally(() => waiting.delete(key));
      waiting.set(key, asking);
      return asking;
    },
    async isFrozen(device, bootHex) {
      const key = keys.offset(device, bootHex);
      return cached.has(key) || (await kv.get(key)) !== null;
    },
  };
}

/** Throws when the bucket holds something else, rather than freezing a wrong time. */
function readOffset(entry: Entry): number {
  const { offsetMs } = JSON.parse(Buffer.from(entry.value).toString()) as { offsetMs?: unknown };
  if (!Number.isSafeInteger(offsetMs)) throw new Error(`${entry.key} holds no offset`);
  return offsetMs as number;
}
