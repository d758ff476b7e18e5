import { signal } from '@preact/signals';

/** Where in the page one is; the address says it, so that going back, reloading and sharing a link work. */
export type Place =
  | { readonly kind: 'list' }
  /** '' for what goes on, or else what ended last. */
  | { readonly kind: 'activity'; readonly id: string };

const ID = /^[0-9a-f]{16}$/;

export function placeOf(search: string): Place {
  const asked = new URLSearchParams(search);
  if (asked.has('list')) return { kind: 'list' };
  const id = asked.get('activity') ?? '';
  return { kind: 'activity', id: ID.test(id) ? id : '' };
}

export function addressOf(place: Place): string {
  if (place.kind === 'list') return '?list';
  return place.id === '' ? './' : `?activity=${place.id}`;
}

export const place = signal<Place>({ kind: 'activity', id: '' });
/** Grows whenever one goes somewhere else: what was there has to be read out then. */
export const moves = signal(0);

export function go(to: Place): void {
  history.pushState(null, '', addressOf(to));
  arrive(to);
}

/** Takes the place from the address, and follows it when one goes back. */
export function followAddress(): void {
  place.value = placeOf(location.search);
  addEventListener('popstate', () => arrive(placeOf(location.search)));
}

function arrive(at: Place): void {
  place.value = at;
  moves.value++;
}
