import type { Races } from '../../../runtime/races.ts';
import type { RaceOfficial } from '../../caller.ts';
import { Problem } from '../../problem.ts';
import { ownRace } from '../known-race.ts';
import type { NewRead } from './act-schemas.ts';
import { nameOf } from './acting.ts';
import { createReadStore, type ReadsOutcome, type StoreReadsDeps } from './store-reads.ts';

export interface TakeReadsDeps extends StoreReadsDeps {
  readonly races: Pick<Races, 'get' | 'isReady'>;
}

/**
 * Stores what a timing system read in a race, whichever way it came. Throws the problem that says why none is taken,
 * and what the log throws.
 */
export type TakeReads = (official: RaceOfficial, id: string, reads: readonly NewRead[]) => Promise<ReadsOutcome>;

export function createTakeReads(deps: TakeReadsDeps): TakeReads {
  const storeReads = createReadStore(deps);
  return async function takeReads(official, id, reads) {
    const race = ownRace(deps.races, id, official);
    if (race.state === 'draft') throw new Problem('race_draft', { detail: race.id });
    return storeReads(race, reads, nameOf(official));
  };
}
