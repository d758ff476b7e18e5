import { createHash } from 'node:crypto';

/**
 * What people and timing systems say of a race, in FACTS as `race.entry`, written by the API alone. Of two about the
 * same thing the one that the stream stored later counts.
 */
export interface RaceEntry {
  readonly kind: 'race.entry';
  readonly race: string;
  readonly bib: string;
  /** Unique for ever; the same entry sent again is stored once. */
  readonly id: string;
  /** Who said it: a person's or a feed's name. */
  readonly by: string;
  readonly saidMs: number;
  readonly said: RaceWord;
}

/** A crossing by hand or by a phone's fence, a read of a mat or chip reader, or a decision about an athlete. */
export type RaceWord =
  | {
      readonly type: 'crossing';
      readonly source: 'manual' | 'geofence';
      readonly checkpoint: string;
      /** From 1. */
      readonly pass: number;
      readonly timeMs: number;
      readonly sigmaMs: number;
      /** What was said before is taken back. */
      readonly isWithdrawn: boolean;
      /** It did not happen, whoever else says so. */
      readonly isStruck?: boolean;
    }
  | {
      readonly type: 'read';
      readonly source: 'mat' | 'chip';
      readonly checkpoint: string;
      readonly timeMs: number;
      readonly sigmaMs: number;
    }
  | { readonly type: 'decision'; readonly verdict: 'none' | 'dnf' | 'dns' | 'dsq'; readonly reason: string };

export const RACE_ENTRY_KIND = 'race.entry';

/** The words of its subject behind the kind. */
export function raceEntryEntity({ race, bib }: Pick<RaceEntry, 'race' | 'bib'>): string {
  return `${race}.${bib}`;
}

/** A read that comes again (a feed that repeats after a lost answer) has the same id, whoever sends it. */
export function readId(race: string, bib: string, { source, checkpoint, timeMs }: RaceWord & { type: 'read' }): string {
  return createHash('sha256').update(`${race}\0${bib}\0${source}\0${checkpoint}\0${timeMs}`).digest('hex').slice(0, 24);
}
