import { signal } from '@preact/signals';

/** Every place of the application, by its address. Letters link to those under `/account`. */
const ADDRESSES = {
  today: '/app',
  history: '/app/history',
  add: '/app/workouts/new',
  imports: '/app/imports',
  news: '/app/news',
  goals: '/app/goals',
  settings: '/app/settings',
  privacy: '/app/privacy',
  training: '/app/training',
  signUp: '/app/sign-up',
  logIn: '/app/log-in',
  forgot: '/app/forgot',
  verify: '/account/verify',
  reset: '/account/reset',
  confirmEmail: '/account/confirm-email',
  deleted: '/app/deleted',
} as const;
/** Of one's own, and of somebody's who shows it. */
const WORKOUT = /^\/app\/(workouts|shared)\/([0-9a-f]{16})$/;
export type View = keyof typeof ADDRESSES | 'workout' | 'shared';

export interface AppPlace {
  readonly view: View;
  /** Of a workout; else ''. */
  readonly id: string;
  /** What a history is filtered by, as the API calls it; without the question mark. */
  readonly query: string;
}

/** Where nobody has to be logged in. */
export const OPEN_VIEWS: readonly View[] = [
  ...(['signUp', 'logIn', 'forgot', 'verify', 'reset', 'confirmEmail', 'shared', 'deleted'] as const),
];

/** Null for an address that is none of ours. */
export function placeOf(path: string, search = ''): AppPlace | null {
  const plain = path.replace(/\/+$/, '');
  const [, whose, id] = WORKOUT.exec(plain) ?? [];
  if (id !== undefined) return { view: whose === 'shared' ? 'shared' : 'workout', id, query: '' };
  const found = Object.entries(ADDRESSES).find(([, address]) => address === plain);
  if (found === undefined) return null;
  const view = found[0] as View;
  return { view, id: '', query: view === 'history' ? search.replace(/^\?/, '') : '' };
}

export function addressOf({ view, id, query }: AppPlace): string {
  if (view === 'workout') return `/app/workouts/${id}`;
  if (view === 'shared') return `/app/shared/${id}`;
  return query === '' ? ADDRESSES[view] : `${ADDRESSES[view]}?${query}`;
}

export const placeFor = (view: View, more: Partial<AppPlace> = {}): AppPlace => ({ view, id: '', query: '', ...more });

export const place = signal<AppPlace | null>(null);
/** Grows whenever one goes somewhere else: what is there has to be read out then. */
export const moves = signal(0);

export function go(to: AppPlace): void {
  history.pushState(null, '', addressOf(to));
  arrive();
}

/** The same place looked at in another way: nobody goes anywhere. */
export function lookBy(query: string): void {
  const now = place.peek();
  if (now === null) return;
  place.value = { ...now, query };
  history.replaceState(null, '', addressOf(place.value));
}

/** Takes the place from the address, and follows it when one goes back. */
export function followAppAddress(): void {
  place.value = placeOf(location.pathname, location.search);
  addEventListener('popstate', arrive);
}

function arrive(): void {
  place.value = placeOf(location.pathname, location.search);
  moves.value++;
  scrollTo(0, 0);
}

/** The code of a letter's link, which leaves the address bar at once; '' without one. */
export function takeCode(): string {
  const code = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  if (location.hash !== '') history.replaceState(null, '', `${location.pathname}${location.search}`);
  return code;
}
