import type { GearKind } from '../../schemas/athlete-settings.ts';
import type { Sport } from '../../schemas/events.ts';
import type { LoadNumbers } from '../../schemas/gear-load.ts';
import type { RecordClaim } from '../../schemas/record.ts';

export interface PublishedClaim extends RecordClaim {
  readonly epoch: number;
  readonly knownAtMs: number;
}

/** What a piece of gear has done, as far as it was measured: a sum of nothing is null. */
export interface GearTotal extends LoadNumbers {
  readonly gear: string;
  readonly kind: GearKind;
  readonly activities: number;
  /** Those with poor evidence for some number. */
  readonly markedActivities: number;
  readonly firstUsedMs: number;
  readonly lastUsedMs: number;
  readonly airTemperatureC: { readonly min: number; readonly max: number } | null;
}

/** Claims of one record that are read, the newest. */
export const MAX_CLAIMS = 50;

/**
 * Reads athletes' records and the load on their gear from where processors write them. The real one is ClickHouse
 * (`clickhouse.ts`), the twin lives in memory (`memory-reader.ts`); `conformance.ts` holds both to this. Every call
 * throws StoreUnavailableError when the store gives no answer.
 */
export interface AthleteReader {
  /**
   * Of each record the claims with the greatest (epoch, revision), at most {@link MAX_CLAIMS}, the newest first; in the
   * order of sport, kind and name.
   */
  claims(athlete: string, sport: Sport | null, signal?: AbortSignal): Promise<PublishedClaim[]>;
  /** Gear that any activity counts on, in the order of its ids. */
  gear(athlete: string, signal?: AbortSignal): Promise<GearTotal[]>;
}

/** The order of claims. */
export function compareClaims(a: PublishedClaim, b: PublishedClaim): number {
  for (const part of ['sport', 'kind', 'name'] as const) {
    if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  }
  return b.epoch - a.epoch || b.revision - a.revision;
}

/** A record that holds, and all that was said of it, the newest first. */
export interface HeldRecord {
  readonly now: PublishedClaim;
  readonly history: readonly PublishedClaim[];
}

/**
 * The records that hold, from claims in {@link compareClaims}' order. What a process that was stopped for long wrote
 * with a revision that its successor used too, or had passed, was never so.
 */
export function heldRecords(claims: readonly PublishedClaim[]): HeldRecord[] {
  const byRecord = Map.groupBy(claims, ({ sport, kind, name }) => `${sport} ${kind} ${name}`);
  return [...byRecord.values()].flatMap((all): HeldRecord[] => {
    let least = Number.POSITIVE_INFINITY;
    const history = all.filter(({ revision }) => {
      const isSo = revision < least;
      if (isSo) least = revision;
      return isSo;
    });
    return history[0].status === 'set' ? [{ now: history[0], history }] : [];
  });
}
