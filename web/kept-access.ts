/** Of the pages that are an athlete's own: one link opens all of them. */
export const ATHLETE_ACCESS = 'slipstream-access';

/** What lets somebody read; '' where nothing was given: then who asks is known by their log-in. */
export interface KeptAccess {
  readonly token: string;
  readonly athlete: string;
}

/**
 * The token comes in the fragment of the address, which no browser sends to a server, and leaves the address bar at
 * once. It is kept under `name` for as long as the tab, so that a reload goes on. Null when there is none.
 */
export function readAccess(name: string): KeptAccess | null {
  const given = new URLSearchParams(location.hash.slice(1));
  if (given.has('token') || given.has('athlete')) {
    const access = { token: given.get('token') ?? '', athlete: given.get('athlete') ?? '' };
    sessionStorage.setItem(name, JSON.stringify(access));
    history.replaceState(null, '', `${location.pathname}${location.search}`);
  }
  const kept = sessionStorage.getItem(name);
  return kept === null ? null : JSON.parse(kept);
}

/** Another person may come. */
export function forgetAccess(name: string): void {
  sessionStorage.removeItem(name);
}
