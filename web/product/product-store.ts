import { effect, signal } from '@preact/signals';
import { createAsk, RefusedError } from '../answers.ts';
import type { ActiveDays, Funnel, Retention, RetentionOf } from './product-answers.ts';

/** Everything that the page shows; null until it is known. */
export const funnel = signal<Funnel | null>(null);
export const retention = signal<Retention | null>(null);
export const activeDays = signal<ActiveDays | null>(null);
/** What is chosen. */
export const retentionOf = signal<RetentionOf>('logging');
/** The server gives no answer; what came before is shown. */
export const isAway = signal(false);
/** Who asks may not see it, or has to log in. */
export const refusal = signal<'none' | 'logIn' | 'forbidden' | 'other'>('none');

const DAYS = 92;
const COHORTS = 12;
const EVERY_MS = 10 * 60_000;

/** Reads all of it, again every ten minutes while the page is seen: counts change by the day. */
export function watchProduct(token: string): void {
  const ask = createAsk(token, '');
  const read = async <Answer>(path: string) => (await (await ask(`/v1/product/${path}`)).json()) as Answer;

  async function readRetention(): Promise<void> {
    const asked = retentionOf.peek();
    const answer = await read<Retention>(`retention?cohorts=${COHORTS}&of=${asked}`);
    // The other may have been chosen meanwhile.
    if (retentionOf.peek() === asked) retention.value = answer;
  }

  async function readAll(): Promise<void> {
    const [people, days] = await Promise.all([
      read<Funnel>('funnel'),
      read<ActiveDays>(`active-days?days=${DAYS}`),
      readRetention(),
    ]);
    funnel.value = people;
    activeDays.value = days;
  }

  async function attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      isAway.value = false;
    } catch (error) {
      if (!(error instanceof RefusedError)) isAway.value = true;
      else refusal.value = error.status === 401 ? 'logIn' : error.status === 403 ? 'forbidden' : 'other';
    }
  }

  const look = () => {
    if (!document.hidden && refusal.peek() === 'none') void attempt(readAll);
  };
  let isFirst = true;
  effect(() => {
    void retentionOf.value;
    if (!isFirst) void attempt(readRetention);
    isFirst = false;
  });
  look();
  setInterval(look, EVERY_MS);
}
