import { signal } from '@preact/signals';
import { ProblemError } from '../problem-error.ts';
import { keep, kept } from '../race/keep.ts';
import { session } from '../session.ts';
import { createDraftBox, type Draft, type DraftBox } from './draft-box.ts';
import { problemText } from './form.tsx';
import { type EnteredWorkout, enterWorkout, readWorkouts } from './workout-api.ts';
import type { WorkoutFields } from './workout-fields.ts';

/** Those of who is logged in. */
export const drafts = signal<readonly Draft[]>([]);
/** Grows whenever some have arrived: lists are read again then. */
export const arrivals = signal(0);

const EVERY_MS = 30_000;
const DAY_MS = 86_400_000;
/** Between a clock on the wall and the same moment in UTC lies less than this. */
const AROUND_MS = 1.5 * DAY_MS;
/** Statuses that another attempt may mend: no session, too many requests. */
const MENDABLE = [401, 403, 408, 429];

const boxOf = (account: string): DraftBox =>
  createDraftBox({
    ...{
      shelf: localStorage,
      account,
      nowMs: Date.now,
      newKey: () => crypto.randomUUID(),
      send: enterWorkout,
      isThere,
    },
    judge(error) {
      if (!(error instanceof ProblemError) || error.status >= 500) return null;
      // Nothing but the person's own doing mends that.
      if (MENDABLE.includes(error.status) && error.problem !== 'consent_needed') return null;
      lastRefusal = error;
      const said = error.errors.map(({ parameter, message }) => `${parameter}: ${message}`).join('; ');
      return [problemText(error), said].filter(Boolean).join(' ');
    },
  });

/** What the server has around that time, compared by what makes two entries the same. */
async function isThere(workout: EnteredWorkout): Promise<boolean> {
  const aboutMs = Date.parse(`${workout.localStart}Z`);
  const query = {
    source: 'manual',
    from: String(aboutMs - AROUND_MS),
    until: String(aboutMs + AROUND_MS),
    limit: '200',
  };
  const { workouts } = await readWorkouts(new URLSearchParams(query));
  return workouts.some(
    ({ sport, localStart, durationS, name }) =>
      sport === workout.sport &&
      localStart?.slice(0, 16) === workout.localStart.slice(0, 16) &&
      durationS === workout.durationS &&
      name === workout.name,
  );
}

function own(): DraftBox | null {
  const now = session.peek();
  return now === null ? null : boxOf(now.account);
}

const show = () => {
  drafts.value = own()?.all() ?? [];
};

/** Of the attempt before. */
let lastRefusal: unknown = null;

/**
 * Keeps it, and sends it as soon as that is possible. Answers whether it has arrived. Throws what the server will not
 * have about it, in which case it is no draft any more, DraftsFullError, and what a full browser throws.
 */
export async function enter(workout: EnteredWorkout): Promise<boolean> {
  const box = own();
  if (box === null) return false;
  const { key } = box.keep(workout);
  await sendDrafts();
  const left = box.all().find((one) => one.key === key);
  if (left?.refused == null) return left === undefined;
  dropDraft(key);
  throw lastRefusal;
}

export function dropDraft(key: string): void {
  own()?.drop(key);
  show();
}

/** One tab after the other: the second finds nothing left. */
async function sendDrafts(): Promise<void> {
  show();
  const box = own();
  if (box === null) return;
  const send = async () => {
    const sent = await box.sendAll();
    show();
    if (sent > 0) arrivals.value++;
  };
  await (navigator.locks === undefined ? send() : navigator.locks.request('slipstream-drafts', send));
}

/** Shows and sends what waits: now, when a network comes back or somebody logs in, and every half minute. */
export function followDrafts(): void {
  const attempt = () => void sendDrafts();
  session.subscribe(attempt);
  addEventListener('online', attempt);
  addEventListener('storage', show);
  setInterval(() => drafts.peek().some(({ refused }) => refused === null) && attempt(), EVERY_MS);
}

const formName = () => `form-${session.peek()?.account}`;
/** What somebody was writing when the page was closed; null when nothing. */
export const keptForm = () => kept(formName()) as WorkoutFields | null;
export const keepForm = (fields: WorkoutFields | null) => keep(formName(), fields);
