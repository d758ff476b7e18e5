import type { Clock, Timer } from '../../runtime/clock.ts';

/** Views of one athlete; views of many, which are lists and parts of the map. */
export type Lane = 'one' | 'many';
const LANES: readonly Lane[] = ['one', 'many'];

/** How many messages of each kind somebody was sent. */
export type Sent = Readonly<Record<Lane, number>>;

/** What is followed may take a quarter of the time, lists an eighth, so that many watchers leave room for all else … */
const TIMES_TAKEN: Readonly<Record<Lane, number>> = { one: 4, many: 8 };
/** … but lists are told a little more than twice a second, as long as that leaves any room; to few, oftener. */
const MOST_PERIOD_MS = 450;
const LEAST_TIMES_TAKEN = 1.25;
const LEAST_PERIOD_MS = 100;
/** Athletes who would have to be told less often than this go with the lists: one write then carries both. */
const MOST_ALONE_MS = 120;

interface Schedule {
  isPending: boolean;
  dueMs: number;
}

/**
 * Tells the newest of the boards that it is given. What somebody follows goes out at once while that is cheap, lists as
 * often as it costs; both together where many watch. Each is spaced by what its messages cost the last time, from when
 * it was due and not from when it came about, so that no period grows by the work in it.
 */
export function createTellingPace<T>(clock: Clock, tell: (newest: T, lanes: ReadonlySet<Lane>) => Sent) {
  const schedules: Record<Lane, Schedule> = {
    one: { isPending: false, dueMs: Number.NEGATIVE_INFINITY },
    many: { isPending: false, dueMs: Number.NEGATIVE_INFINITY },
  };
  let newest: T | null = null;
  let timer: Timer | null = null;

  function look(): void {
    timer?.cancel();
    timer = null;
    const nowMs = clock.monotonicMs();
    const pending = LANES.filter((lane) => schedules[lane].isPending);
    const due = pending.filter((lane) => schedules[lane].dueMs <= nowMs);
    if (due.length > 0) turn(due, nowMs);
    const left = pending.filter((lane) => schedules[lane].isPending).map((lane) => schedules[lane].dueMs);
    if (left.length > 0) timer = clock.setTimer(look, Math.max(0, Math.min(...left) - clock.monotonicMs()));
  }

  function turn(due: readonly Lane[], fromMs: number): void {
    for (const lane of due) schedules[lane].isPending = false;
    const sent = tell(newest!, new Set(due));
    const tookMs = clock.monotonicMs() - fromMs;
    const all = due.reduce((sum, lane) => sum + sent[lane], 0);
    const wantedMs = (lane: Lane) => (TIMES_TAKEN[lane] * tookMs * sent[lane]) / Math.max(1, all);
    const restMs = LEAST_TIMES_TAKEN * tookMs;
    const { one, many } = schedules;
    if (due.includes('many')) {
      const periodMs = Math.max(restMs, LEAST_PERIOD_MS, Math.min(MOST_PERIOD_MS, wantedMs('many')));
      // Whoever is late by less than a period keeps to it.
      many.dueMs = (fromMs - many.dueMs < periodMs ? many.dueMs : fromMs) + periodMs;
    }
    if (!due.includes('one')) return;
    const aloneMs = fromMs + Math.max(restMs, wantedMs('one'));
    one.dueMs = wantedMs('one') > MOST_ALONE_MS ? Math.max(fromMs + restMs, many.dueMs) : aloneMs;
  }

  return {
    tell(next: T): void {
      newest = next;
      for (const lane of LANES) schedules[lane].isPending = true;
      look();
    },
    stop(): void {
      timer?.cancel();
    },
  };
}
