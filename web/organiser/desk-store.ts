import { effect, signal, untracked } from '@preact/signals';
import type { Starter } from '../../schemas/race.ts';
import type { Act } from '../../schemas/race-act.ts';
import { forgetAccess } from '../kept-access.ts';
import { ProblemError } from '../problem-error.ts';
import type { AthleteAnswer, BoardPage, ListedRace } from '../race/race-answers.ts';
import { type DeskPlace, desk } from './desk-place.ts';
import {
  type AuditedAct,
  type AuditedChange,
  createOrganiserApi,
  type OrganiserApi,
  type ReviewList,
  type TaggedSetup,
} from './organiser-api.ts';

/** Everything that the organiser page shows. */
export const races = signal<readonly ListedRace[] | null>(null);
export const shown = signal<TaggedSetup | null>(null);
export const board = signal<(BoardPage & { raceVersion: number }) | null>(null);
export const athlete = signal<AthleteAnswer | null>(null);
export const audit = signal<readonly AuditedAct[]>([]);
export const changes = signal<readonly AuditedChange[]>([]);
/** By bib. */
export const starters = signal<ReadonlyMap<string, Starter>>(new Map());
export const reviews = signal<ReviewList | null>(null);
/** Part of a name or a club, or the begin of a bib. */
export const search = signal('');
/** Whom the board is narrowed to; '' for everybody. */
export const filters = signal({ wave: '', category: '', club: '' });
/** How many rows of the board are asked for. */
export const rowsWanted = signal(30);
/** Why what is shown may be old, or is not there; null when all is well. */
export const trouble = signal<unknown>(null);
/** An operator has to say whose race it is. */
export const isOperator = signal(false);

const NO_FILTERS = filters.value;
export const KEPT = 'slipstream-organiser';
const LOOK_EVERY_MS = 2_000;
/** Who decided what, and what is suspected, is asked for every so many looks. */
const FULL_EVERY = 5;
/** A board that nobody tells of yet, or an athlete who is on none, are no trouble. */
const NOT_YET = ['board_unavailable', 'unknown_starter'];

/** Of whoever has the token. */
export let api: OrganiserApi = createOrganiserApi('');

/** Another token may be the right one. */
export function forgetToken(): void {
  forgetAccess(KEPT);
  location.reload();
}

/** Reads what the place needs, again and again until the page is closed: one look at a time. */
export function watchDesk(token: string): void {
  api = createOrganiserApi(token);
  isOperator.value = roleOf(token) === 'operator';
  let looks = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;

  async function look(isFull: boolean): Promise<void> {
    clearTimeout(timer);
    const mine = ++turn;
    try {
      await readAll(desk.peek(), isFull, () => mine === turn);
      if (mine === turn) trouble.value = null;
    } catch (error) {
      if (mine === turn) trouble.value = error;
    }
    if (mine !== turn) return;
    timer = setTimeout(() => void look(++looks % FULL_EVERY === 0), LOOK_EVERY_MS);
  }

  lookAgain = () => look(true);
  let before: DeskPlace | null = null;
  effect(() => {
    const { race, bib } = desk.value;
    if (race !== before?.race) untracked(forgetRace);
    if (bib !== before?.bib) athlete.value = null;
    before = desk.value;
    // What a look reads is no reason for another one.
    untracked(() => void look(true));
  });
  effect(() => {
    // Read, so that a change of either asks again.
    if (search.value === '' && filters.value === NO_FILTERS && rowsWanted.value === 0) return;
    untracked(() => void look(false));
  });
}

/** Reads everything again now, after something was changed. */
export let lookAgain: () => Promise<void> = async () => undefined;

/** Does an act on the race that is shown, and shows what came of it. Throws ProblemError, TypeError. */
export async function actOnRace(act: Act, why: string): Promise<void> {
  await api.act(desk.peek().race, act, why, crypto.randomUUID());
  await lookAgain();
}

function forgetRace(): void {
  shown.value = null;
  board.value = null;
  audit.value = [];
  changes.value = [];
  reviews.value = null;
  starters.value = new Map();
  startersOf = '';
  search.value = '';
  filters.value = NO_FILTERS;
}

/** Once for each version of the race. */
let startersOf = '';

async function readStarters(race: string, { etag }: TaggedSetup): Promise<void> {
  if (startersOf === etag) return;
  const all = await api.starters(race);
  starters.value = new Map(all.map((one) => [one.bib, one]));
  startersOf = etag;
}

/** `isCurrent` turns false when a later look has begun: what comes then is old. */
async function readAll({ race, bib }: DeskPlace, isFull: boolean, isCurrent: () => boolean): Promise<void> {
  async function note<T>(target: { value: T }, ask: () => Promise<T>): Promise<void> {
    const answer = await unlessNotYet(ask);
    if (answer !== null && isCurrent()) target.value = answer;
  }
  if (race === '') return note(races, () => api.races());
  if (shown.value === null || isFull) await note(shown, () => api.setup(race));
  const setup = shown.value?.setup;
  if (setup === undefined || setup.state === 'draft') return;
  const query = new URLSearchParams({ limit: String(rowsWanted.peek()) });
  if (search.peek().trim() !== '') query.set('q', search.peek().trim());
  for (const [name, value] of Object.entries(filters.peek())) if (value !== '') query.set(name, value);
  async function readAudit(): Promise<void> {
    const answer = await api.audit(race);
    if (!isCurrent()) return;
    audit.value = answer.acts;
    changes.value = answer.changes;
  }
  const isOld = () => board.value !== null && board.value.raceVersion > (shown.value?.setup.version ?? 0);
  await Promise.all([
    note(board, () => api.board(race, query)),
    bib === '' ? null : note(athlete, () => api.athlete(race, bib)),
    isFull ? readAudit() : null,
    shown.value === null ? null : readStarters(race, shown.value),
    isFull ? note(reviews, () => api.reviews(race)) : null,
  ]);
  if (isOld()) await note(shown, () => api.setup(race));
}

async function unlessNotYet<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ProblemError && NOT_YET.includes(error.problem)) return null;
    throw error;
  }
}

/** As the token says of itself: only for what is asked on the page, the API checks it. */
function roleOf(token: string): string {
  try {
    const claims = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    return (JSON.parse(claims) as { role?: string }).role ?? '';
  } catch {
    return '';
  }
}
