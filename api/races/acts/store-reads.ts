import type { Clock } from '../../../runtime/clock.ts';
import type { MessageLog } from '../../../runtime/stream/stream.ts';
import type { Names } from '../../../schemas/names.ts';
import type { Race } from '../../../schemas/race.ts';
import { RACE_ENTRY_KIND, type RaceEntry, raceEntryEntity, readId } from '../../../schemas/race-entry.ts';
import type { NewRead, READ_REFUSALS } from './act-schemas.ts';

export interface StoreReadsDeps {
  /** The stream FACTS. */
  readonly facts: MessageLog;
  readonly names: Pick<Names, 'fact'>;
  readonly clock: Clock;
}

export interface ReadsOutcome {
  readonly stored: number;
  readonly refused: readonly { readonly read: number; readonly reason: (typeof READ_REFUSALS)[number] }[];
}

const MAX_IN_FLIGHT = 64;
/** How far a reader's clock may be ahead of ours. */
const MAX_AHEAD_MS = 60_000;
const DEFAULT_SIGMA_MS = 50;

/**
 * Stores reads of chips and mats and resolves once all are stored, each under an id that follows from what was read: a
 * feed that repeats after a lost answer changes nothing. Those that are of nobody in the race are told, not stored.
 * Throws what the log throws: then send all again.
 */
export function createReadStore({ facts, names, clock }: StoreReadsDeps) {
  // Of each version of a race that is known; a version goes when nobody knows it any more.
  const bibsByChip = new WeakMap<Race, { byChip: Map<string, string>; bibs: Set<string> }>();

  function startersOf(race: Race) {
    let known = bibsByChip.get(race);
    if (known === undefined) {
      const byChip = new Map(race.starters.flatMap(({ bib, chip }) => (chip === null ? [] : [[chip, bib] as const])));
      known = { byChip, bibs: new Set(race.starters.map(({ bib }) => bib)) };
      bibsByChip.set(race, known);
    }
    return known;
  }

  return async function storeReads(race: Race, reads: readonly NewRead[], by: string): Promise<ReadsOutcome> {
    const { byChip, bibs } = startersOf(race);
    const checkpoints = new Set(race.checkpoints.map(({ id }) => id));
    const nowMs = clock.nowMs();
    const entries: RaceEntry[] = [];
    const refused: ReadsOutcome['refused'][number][] = [];
    for (const [i, { chip, bib: said, checkpoint, source, timeMs, sigmaMs = DEFAULT_SIGMA_MS }] of reads.entries()) {
      const bib = said ?? byChip.get(chip ?? '');
      if (bib === undefined) refused.push({ read: i, reason: 'unknown_chip' });
      else if (!bibs.has(bib)) refused.push({ read: i, reason: 'unknown_bib' });
      else if (!checkpoints.has(checkpoint)) refused.push({ read: i, reason: 'unknown_checkpoint' });
      else if (timeMs > nowMs + MAX_AHEAD_MS) refused.push({ read: i, reason: 'from_future' });
      else {
        const word = { type: 'read', source, checkpoint, timeMs, sigmaMs } as const;
        const id = readId(race.id, bib, word);
        entries.push({ kind: RACE_ENTRY_KIND, race: race.id, bib, id, by, saidMs: nowMs, said: word });
      }
    }
    for (let from = 0; from < entries.length; from += MAX_IN_FLIGHT) {
      await Promise.all(entries.slice(from, from + MAX_IN_FLIGHT).map(publish));
    }
    return { stored: entries.length, refused };
  };

  async function publish(entry: RaceEntry): Promise<void> {
    const subject = names.fact(RACE_ENTRY_KIND, raceEntryEntity(entry));
    await facts.publish(subject, Buffer.from(JSON.stringify(entry)), { msgId: entry.id, headers: {} });
  }
}
