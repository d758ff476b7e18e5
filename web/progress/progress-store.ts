import { effect, type Signal, signal } from '@preact/signals';
import type {
  Comparisons,
  FormSeries,
  Measure,
  RecordsProgress,
  SpanUnit,
  Streaks,
  Weeks,
  Years,
} from '../../schemas/athlete-progress.ts';
import type { Sport } from '../../schemas/events.ts';
import { createAsk, RefusedError } from '../answers.ts';
import type { KeptAccess } from '../kept-access.ts';

/** Everything that the page of progress shows; null until it is known. */
export const comparisons = signal<Comparisons | null>(null);
export const weeks = signal<Weeks | null>(null);
export const form = signal<FormSeries | null>(null);
export const streaks = signal<Streaks | null>(null);
export const years = signal<Years | null>(null);
export const records = signal<RecordsProgress | null>(null);
/** What is chosen; '' for all sports. */
export const sport = signal<Sport | ''>('');
export const measure = signal<Measure>('distanceM');
export const unit = signal<SpanUnit>('month');
/** The server gives no answer; what came before is shown. */
export const isAway = signal(false);
/** What the API refuses for good, in its words. */
export const refusal = signal('');

const EVERY_MS = 60_000;

/** Reads every block by the clock of this browser, again each minute while the page is seen. */
export function watchProgress({ token, athlete }: KeptAccess): void {
  const ask = createAsk(token, athlete);
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const zone = `timeZone=${encodeURIComponent(timeZone)}`;
  let isReading = false;

  const read = async <Answer>(path: string) => (await (await ask(`/v1/progress/${path}`)).json()) as Answer;

  async function fill<Answer>(shown: Signal<Answer | null>, path: string): Promise<void> {
    shown.value = await read<Answer>(path);
  }

  async function readWeeks(): Promise<void> {
    const asked = sport.peek();
    const answer = await read<Weeks>(`weeks?${zone}${asked === '' ? '' : `&sport=${asked}`}`);
    // Another may have been chosen meanwhile.
    if (sport.peek() === asked) weeks.value = answer;
  }

  async function readAll(): Promise<void> {
    await Promise.all([
      fill(comparisons, `comparisons?${zone}`),
      readWeeks(),
      fill(form, `form?${zone}`),
      fill(streaks, `streaks?${zone}`),
      fill(years, `years?${zone}`),
      fill(records, 'records'),
    ]);
  }

  async function attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      isAway.value = false;
    } catch (error) {
      if (error instanceof RefusedError) refusal.value = error.message;
      else isAway.value = true;
    }
  }

  async function look(): Promise<void> {
    if (isReading || refusal.peek() !== '' || document.hidden) return;
    isReading = true;
    await attempt(readAll);
    isReading = false;
  }

  let isFirst = true;
  effect(() => {
    void sport.value;
    if (!isFirst) void attempt(readWeeks);
    isFirst = false;
  });
  void look();
  setInterval(() => void look(), EVERY_MS);
  document.addEventListener('visibilitychange', () => void look());
}
