import type { Races } from '../../runtime/races.ts';
import type { Race } from '../../schemas/race.ts';
import type { RaceOfficial } from '../caller.ts';
import { Problem } from '../problem.ts';
import { assertOwn } from './setup/owned-race.ts';

type KnownRaces = Pick<Races, 'get' | 'isReady'>;

/** A draft is for its organiser alone. */
export function isPublic(race: Race | null): race is Race {
  return race !== null && race.state !== 'draft';
}

/** The race as everybody may see it. Throws the problem that says why there is none. */
export function publicRace(races: KnownRaces, id: string): Race {
  const race = races.get(id);
  if (isPublic(race)) return race;
  throw noRace(races, id);
}

/** The race for whoever runs it, a draft too. Throws the problem that says why it is not theirs. */
export function ownRace(races: KnownRaces, id: string, official: RaceOfficial): Race {
  const race = races.get(id);
  if (race === null) throw noRace(races, id);
  assertOwn(race, official);
  return race;
}

/** Until CONFIG was read nobody can say that there is none. */
function noRace({ isReady }: KnownRaces, id: string): Problem {
  return isReady
    ? new Problem('unknown_race', { detail: id })
    : new Problem('store_unavailable', { store: 'nats', detail: 'the races are not known yet' });
}
