import { computed, effect } from '@preact/signals';
import { AnswerError, askRaces, type BoardPage } from './race-answers.ts';
import { at } from './race-place.ts';
import { followed, howMany, live, nowMs, race, wanted } from './race-store.ts';
import {
  isLost,
  isPlaying,
  momentMs,
  nextMoment,
  type Replayed,
  replayed,
  spanOf,
  speed,
  withinRace,
} from './replay-state.ts';

const TURN_MS = 1_000;
/** So many have dots, at least. */
const LEAST_ROWS = 200;

/** What can be shown again; null before there is anything. */
export const span = computed(() => {
  const gunMs = race.value?.startMs ?? null;
  return gunMs === null ? null : spanOf(gunMs, Math.min(nowMs.value, live.value?.dataMs ?? 0));
});

/** Shows a moment that is over, until it plays on or goes back to now. */
export function showMoment(atMs: number): void {
  const range = span.peek();
  if (range !== null) momentMs.value = withinRace(atMs, range);
}

export function goLive(): void {
  isPlaying.value = false;
  momentMs.value = null;
}

/** Plays from the moment that is shown; from now or from the end it begins with the gun. */
export function togglePlaying(): void {
  const range = span.peek();
  if (range === null) return;
  isPlaying.value = !isPlaying.peek();
  const shown = momentMs.peek();
  const isAtEnd = shown === null || nextMoment(shown, range, speed.peek()) === null;
  if (isPlaying.peek() && isAtEnd) showMoment(range.fromMs);
}

/** Fetches what is shown, one moment after the other, and goes on while it plays. */
export function watchReplay(): void {
  const chosen = computed(() => at.value.race);
  effect(() => {
    if (chosen.value === '') return;
    return goLive;
  });
  effect(() => {
    const id = chosen.value;
    if (momentMs.value === null) {
      replayed.value = null;
      isLost.value = false;
    } else void fetchWanted(id);
    // All that is asked for is read, so that it is asked again when any of it changes.
    void [wanted.value, howMany.value, followed.value, at.value.athlete];
  });
  setInterval(turn, TURN_MS);
}

/** A moment that has not come yet is waited for: a slow network makes a slower replay, not one with holes. */
function turn(): void {
  const [range, shown] = [span.peek(), momentMs.peek()];
  if (!isPlaying.peek() || range === null || shown === null) return;
  if (isLost.peek()) return void fetchWanted(at.peek().race);
  if (replayed.peek()?.atMs !== shown) return;
  const next = nextMoment(shown, range, speed.peek());
  if (next === null) isPlaying.value = false;
  else momentMs.value = next;
}

let isFetching = false;

/** One request at a time: what was wanted meanwhile and is no longer is never asked for. */
async function fetchWanted(id: string): Promise<void> {
  if (isFetching) return;
  isFetching = true;
  try {
    for (let done = ''; done !== wantedNow(id); ) {
      done = wantedNow(id);
      const atMs = momentMs.peek();
      if (atMs === null || at.peek().race !== id) return;
      const page = await fetchMoment(id, atMs);
      if (at.peek().race === id && momentMs.peek() !== null) replayed.value = page;
      isLost.value = false;
    }
  } catch (error) {
    if (!(error instanceof AnswerError || error instanceof TypeError)) throw error;
    isLost.value = true;
  } finally {
    isFetching = false;
  }
}

function wantedNow(id: string): string {
  return JSON.stringify([id, momentMs.peek(), wanted.peek(), howMany.peek(), followed.peek(), at.peek().athlete]);
}

async function fetchMoment(id: string, atMs: number): Promise<Replayed> {
  const [query, athlete] = [wanted.peek(), at.peek().athlete];
  const own = [...new Set([...followed.peek(), ...(athlete === '' ? [] : [athlete])])];
  const limit = Math.max(LEAST_ROWS, howMany.peek());
  const [page, others] = await Promise.all([
    askRaces<BoardPage>(`/${id}/board?at=${atMs}&limit=${limit}${query === '' ? '' : `&${query}`}`),
    own.length === 0 ? null : askRaces<BoardPage>(`/${id}/board?at=${atMs}&bibs=${own.join(',')}`),
  ]);
  const { total, rows, groups } = page;
  return { atMs, total, rows, groups, own: new Map(others?.rows.map((row) => [row.bib, row])) };
}
