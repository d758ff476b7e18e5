import {
  type ClockReading,
  isRunning,
  MAX_UNPROVEN_OFFSET_MS,
  MIN_PROOF_GAP_MS,
  proposeOffsetMs,
} from '../schemas/clock-offset.ts';

/** Readings, each a while after the one before, after which a clock that never ran on is not believed at all. */
const MAX_TRIES = 3;

/** The clock of a boot of which nothing is frozen yet, and which seems to be far behind. */
interface Suspect {
  /** The reading with the smallest offset so far: whatever the others waited, this one waited least. */
  best: ClockReading;
  tries: number;
  triedMs: number;
}

export interface ClockProof {
  /** The offset to freeze, or null when the frame has to come again first. */
  offsetMs(key: string, reading: ClockReading): number | null;
  /** True when the offset is believed without a proof. */
  isPlain(reading: ClockReading): boolean;
}

/**
 * Tells a clock that is behind from a frame that is late. Both have a `sentMs` long ago, and an offset is frozen for
 * ever: taken from a late frame it would put everything that the boot sends afterwards into the future.
 *
 * suspected (at the first reading) → proven (a later one shows that the clock runs: the smaller offset of the two), or
 * given up (it never does: as without `sentMs`), or forgotten (another frame of the boot has a plain offset).
 */
export function createClockProof({ maxSuspects = 10_000 }: { maxSuspects?: number } = {}): ClockProof {
  const suspects = new Map<string, Suspect>();

  function suspect(key: string, reading: ClockReading): null {
    // The one that came first is forgotten: it is suspected anew, and comes once more.
    if (suspects.size >= maxSuspects) suspects.delete(suspects.keys().next().value as string);
    suspects.set(key, { best: reading, tries: 1, triedMs: reading.receivedMs });
    return null;
  }

  return {
    isPlain: (reading) => proposeOffsetMs(reading) <= MAX_UNPROVEN_OFFSET_MS,

    offsetMs(key, reading) {
      const known = suspects.get(key);
      if (known === undefined) return suspect(key, reading);
      const { best } = known;
      const offsetMs = Math.min(proposeOffsetMs(best), proposeOffsetMs(reading));
      if (isRunning(best, reading)) {
        suspects.delete(key);
        return offsetMs;
      }
      if (proposeOffsetMs(reading) < proposeOffsetMs(best)) known.best = reading;
      if (reading.receivedMs - known.triedMs < MIN_PROOF_GAP_MS) return null;
      known.triedMs = reading.receivedMs;
      known.tries += 1;
      if (known.tries < MAX_TRIES) return null;
      suspects.delete(key);
      return proposeOffsetMs({ ...reading, sentMs: Number.NaN });
    },
  };
}
