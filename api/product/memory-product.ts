import { StoreUnavailableError } from '../samples/reader.ts';
import { dayNumber, type ProductEvent, weekNumber } from './events.ts';
import {
  compareCells,
  MONTH_DAYS,
  type ProductStore,
  REGULAR_SPAN_WEEKS,
  REGULAR_WEEKS,
  type RetentionCell,
  WEEK_DAYS,
} from './store.ts';

/** The twin in memory, which can be told to be out of reach. It counts person by person, and week by week. */
export interface MemoryProduct extends ProductStore {
  readonly events: () => readonly ProductEvent[];
  setReachable(isReachable: boolean): void;
}

const isLogged = ({ kind }: ProductEvent) => kind === 'workout_logged';
const isActive = ({ kind }: ProductEvent) => kind === 'day_active' || kind === 'workout_logged';
const upTo = (from: number, until: number) => Array.from({ length: until - from + 1 }, (_, i) => from + i);

export function createMemoryProduct(): MemoryProduct {
  const kept = new Map<string, ProductEvent>();
  let isReachable = true;

  function events(): ProductEvent[] {
    if (!isReachable) throw new StoreUnavailableError('clickhouse', 'out of reach');
    return [...kept.values()];
  }

  /** Those of whom it is known when they signed up. */
  function people() {
    const all = events();
    return [...new Set(all.map(({ person }) => person))].flatMap((person) => {
      const own = all.filter((event) => event.person === person);
      const signed = own.filter(({ kind }) => kind === 'signed_up').map(({ atMs }) => weekNumber(atMs));
      if (signed.length === 0) return [];
      const isVerified = own.some(({ kind }) => kind === 'verified');
      const weeksOf = (counts: (event: ProductEvent) => boolean) =>
        new Set(own.filter(counts).map(({ atMs }) => weekNumber(atMs)));
      return [{ signed: Math.min(...signed), isVerified, logged: weeksOf(isLogged), active: weeksOf(isActive) }];
    });
  }

  /** Whether enough of the weeks that begin with `first` have a workout. */
  const isRegularFrom = (logged: ReadonlySet<number>, first: number) =>
    upTo(first, first + REGULAR_SPAN_WEEKS - 1).filter((week) => logged.has(week)).length >= REGULAR_WEEKS;

  return {
    events,
    setReachable(value) {
      isReachable = value;
    },
    async write(event) {
      events();
      kept.set(`${event.person} ${event.event}`, event);
    },
    async forget(person) {
      for (const event of events()) if (event.person === person) kept.delete(`${person} ${event.event}`);
    },
    async funnel({ from, until }) {
      const all = people().filter(({ signed }) => signed >= from && signed <= until);
      const verified = all.filter(({ isVerified }) => isVerified);
      const logging = verified.filter(({ logged }) => logged.size > 0);
      const regular = logging.filter(({ logged }) => [...logged].some((week) => isRegularFrom(logged, week)));
      const [signedUp, firstWorkout, everRegular] = [all.length, logging.length, regular.length];
      return { signedUp, verified: verified.length, firstWorkout, everRegular };
    },
    async regular(week) {
      const first = week - REGULAR_SPAN_WEEKS;
      const of = people().filter(({ isVerified, signed }) => isVerified && signed < first);
      return { of: of.length, regular: of.filter(({ logged }) => isRegularFrom(logged, first)).length };
    },
    async retention({ from, until, of }) {
      const all = people();
      return upTo(from, until)
        .flatMap((cohort): RetentionCell[] => {
          const members = all.filter(({ signed }) => signed === cohort);
          const weeks = upTo(cohort, until - 1).map((week) => {
            const there = members.filter(({ logged, active }) => (of === 'logging' ? logged : active).has(week));
            return { cohort, after: week - cohort, people: there.length };
          });
          return [{ cohort, after: null, people: members.length }, ...weeks];
        })
        .filter(({ people }) => people > 0)
        .sort(compareCells);
    },
    async activeDays({ from, until }) {
      const active = events().filter(isActive);
      return upTo(from, until)
        .map((day) => {
          const within = (days: number) =>
            new Set(
              active
                .filter(({ atMs }) => dayNumber(atMs) <= day && dayNumber(atMs) > day - days)
                .map(({ person }) => person),
            ).size;
          return { day, daily: within(1), weekly: within(WEEK_DAYS), monthly: within(MONTH_DAYS) };
        })
        .filter(({ monthly }) => monthly > 0);
    },
  };
}
