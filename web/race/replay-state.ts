import { computed, signal } from '@preact/signals';
import type { RoadGroup } from '../../schemas/board.ts';
import type { ShownRow } from './race-answers.ts';

/** The moment that is shown, ms since the epoch by the server's clock; null for now. */
export const momentMs = signal<number | null>(null);
export const isReplay = computed(() => momentMs.value !== null);
export const isPlaying = signal(false);
/** A second of the page is so many of the race. */
export const SPEEDS = [10, 30, 60, 120] as const;
export const speed = signal<number>(30);
/** The board of a moment that is over, as it is known now; the one before stands until the next one is there. */
export const replayed = signal<Replayed | null>(null);
/** The moment that is wanted could not be had; it is asked for again. */
export const isLost = signal(false);

export interface Replayed {
  readonly atMs: number;
  readonly total: number;
  /** In the order of the board: the first of those that match. */
  readonly rows: readonly ShownRow[];
  /** Whoever is followed, or has an open panel. */
  readonly own: ReadonlyMap<string, ShownRow>;
  readonly groups: readonly RoadGroup[];
}

/** The server tells moments apart by so much. */
export const STEP_MS = 5_000;

/** What can be shown again: every moment of the steps from the first gun to the newest data. */
export interface Span {
  readonly gunMs: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Null while there is nothing. */
export function spanOf(gunMs: number, newestMs: number): Span | null {
  const fromMs = Math.ceil(gunMs / STEP_MS) * STEP_MS;
  const untilMs = Math.floor(newestMs / STEP_MS) * STEP_MS;
  return untilMs > fromMs ? { gunMs, fromMs, untilMs } : null;
}

export function withinRace(atMs: number, { fromMs, untilMs }: Span): number {
  return Math.max(fromMs, Math.min(untilMs, Math.floor(atMs / STEP_MS) * STEP_MS));
}

/** The next moment while it plays, a second later; null at the end. */
export function nextMoment(atMs: number, span: Span, times: number): number | null {
  const next = withinRace(atMs + 1_000 * times, span);
  return next > atMs ? next : null;
}
