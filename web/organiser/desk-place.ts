import { signal } from '@preact/signals';

/** Where on the organiser page one is; the address says it. */
export interface DeskPlace {
  /** '' for the list of races. */
  readonly race: string;
  /** The form of a new race is open, or that of the race. */
  readonly isEditing: boolean;
  /** The version whose change the form takes back; 0 for none. */
  readonly undo: number;
  /** The bib whose acts are open, '' for none. */
  readonly bib: string;
}

const RACE = /^\/organiser\/([a-z0-9][a-z0-9-]{0,31})\/?$/;

export function deskPlaceOf({ pathname, search }: { pathname: string; search: string }): DeskPlace {
  const asked = new URLSearchParams(search);
  const undo = Number(/^\d{1,9}$/.exec(asked.get('undo') ?? '')?.[0] ?? 0);
  return { race: RACE.exec(pathname)?.[1] ?? '', isEditing: asked.has('edit'), undo, bib: asked.get('bib') ?? '' };
}

export function deskAddressOf({ race, isEditing, undo, bib }: DeskPlace): string {
  const said = { ...(isEditing && { edit: '1' }), ...(undo > 0 && { undo: String(undo) }), ...(bib !== '' && { bib }) };
  const asked = new URLSearchParams(said).toString();
  return `/organiser${race === '' ? '' : `/${race}`}${asked === '' ? '' : `?${asked}`}`;
}

export const LIST: DeskPlace = { race: '', isEditing: false, undo: 0, bib: '' };
export const desk = signal<DeskPlace>(LIST);

export function goToDesk(to: DeskPlace): void {
  history.pushState(null, '', deskAddressOf(to));
  desk.value = to;
}

/** Takes the place from the address, and follows it when one goes back. */
export function followDeskAddress(): void {
  desk.value = deskPlaceOf(location);
  addEventListener('popstate', () => {
    desk.value = deskPlaceOf(location);
  });
}
