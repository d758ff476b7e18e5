import { signal } from '@preact/signals';

/** What of a race one looks at; the address says it, so that a reload, a shared link and an embedded board work. */
export interface RacePlace {
  /** '' for the list of races. */
  readonly race: string;
  /** The bib whose panel is open, '' for none. */
  readonly athlete: string;
  readonly search: string;
  readonly wave: string;
  readonly sex: string;
  readonly category: string;
  readonly club: string;
  /** The board alone, for a page of somebody else. */
  readonly isEmbedded: boolean;
}

/** Names of the address's parameters, in its order. */
const PARAMETERS = { athlete: 'athlete', search: 'q', wave: 'wave', sex: 'sex', category: 'category', club: 'club' };
const NAMES = Object.keys(PARAMETERS) as (keyof typeof PARAMETERS)[];
const RACE = /^\/races\/([a-z0-9][a-z0-9-]{0,31})\/?$/;

export function racePlaceOf({ pathname, search }: { pathname: string; search: string }): RacePlace {
  const asked = new URLSearchParams(search);
  const said = Object.fromEntries(NAMES.map((name) => [name, asked.get(PARAMETERS[name]) ?? '']));
  const own = said as Pick<RacePlace, keyof typeof PARAMETERS>;
  return { race: RACE.exec(pathname)?.[1] ?? '', ...own, isEmbedded: asked.get('embed') === '1' };
}

export function raceAddressOf(to: RacePlace): string {
  const said = NAMES.filter((name) => to[name] !== '').map((name) => [PARAMETERS[name], to[name]]);
  const asked = new URLSearchParams([...said, ...(to.isEmbedded ? [['embed', '1']] : [])]).toString();
  return `/races${to.race === '' ? '' : `/${to.race}`}${asked === '' ? '' : `?${asked}`}`;
}

export const NOWHERE: RacePlace = racePlaceOf({ pathname: '', search: '' });
export const at = signal<RacePlace>(NOWHERE);

/** What is only chosen otherwise leaves no step to go back to; another race or athlete does. */
export function goTo(change: Partial<RacePlace>): void {
  const to = { ...at.peek(), ...change };
  const isStep = 'race' in change || 'athlete' in change;
  history[isStep ? 'pushState' : 'replaceState'](null, '', raceAddressOf(to));
  at.value = to;
}

/** Takes the place from the address, and follows it when one goes back. */
export function followRaceAddress(): void {
  at.value = racePlaceOf(location);
  addEventListener('popstate', () => {
    at.value = racePlaceOf(location);
  });
}
