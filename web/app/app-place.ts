import { signal } from '@preact/signals';

/** Every place of the application, by its address. Letters link to those under `/account`. */
export const ADDRESSES = {
  today: '/app',
  signUp: '/app/sign-up',
  logIn: '/app/log-in',
  forgot: '/app/forgot',
  settings: '/app/settings',
  verify: '/account/verify',
  reset: '/account/reset',
  confirmEmail: '/account/confirm-email',
} as const;
export type View = keyof typeof ADDRESSES;

export interface AppPlace {
  readonly view: View;
}

/** Where nobody has to be logged in. */
export const OPEN_VIEWS: readonly View[] = ['signUp', 'logIn', 'forgot', 'verify', 'reset', 'confirmEmail'];

/** Null for an address that is none of ours. */
export function placeOf(path: string): AppPlace | null {
  const plain = path.replace(/\/+$/, '');
  const found = Object.entries(ADDRESSES).find(([, address]) => address === plain);
  return found === undefined ? null : { view: found[0] as View };
}

export const addressOf = ({ view }: AppPlace) => ADDRESSES[view];

export const place = signal<AppPlace | null>(null);
/** Grows whenever one goes somewhere else: what is there has to be read out then. */
export const moves = signal(0);

export function go(view: View): void {
  history.pushState(null, '', ADDRESSES[view]);
  arrive();
}

/** Takes the place from the address, and follows it when one goes back. */
export function followAppAddress(): void {
  place.value = placeOf(location.pathname);
  addEventListener('popstate', arrive);
}

function arrive(): void {
  place.value = placeOf(location.pathname);
  moves.value++;
  scrollTo(0, 0);
}

/** The code of a letter's link, which leaves the address bar at once; '' without one. */
export function takeCode(): string {
  const code = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  if (location.hash !== '') history.replaceState(null, '', `${location.pathname}${location.search}`);
  return code;
}
