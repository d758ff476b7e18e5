import { MEASURES } from '../../schemas/athlete-progress.ts';
import type { Sport } from '../../schemas/events.ts';
import { compareEfforts, hasRecords, type RecordKind } from '../../schemas/record.ts';
import { dayOf } from '../../schemas/settings-at.ts';
import { StoreUnavailableError } from '../samples/reader.ts';
import {
  compareSteps,
  type DayRow,
  MAX_STEPS,
  type MonthRow,
  type ProgressReader,
  type SportRow,
  type StepRow,
} from './reader.ts';
import type { StatedWorkout, StatedWorkouts } from './stated.ts';

/** A revision of an activity, as far as progress looks at it. */
export interface CountedActivity extends Omit<SportRow, 'activities'> {
  readonly athlete: string;
  readonly id: string;
  readonly revision: number;
  readonly epoch: number;
  readonly status: 'finished' | 'withdrawn';
  readonly startMs: number;
  readonly efforts: readonly CountedEffort[];
}

export interface CountedEffort {
  readonly kind: RecordKind | 'pace';
  readonly name: string;
  readonly value: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly interpolated: number | null;
  readonly marks: readonly string[];
}

/** The in-memory twin of the tables that progress is summed from, which can be told to be out of reach. */
export interface MemoryProgressReader extends ProgressReader, StatedWorkouts {
  insert(activities: readonly CountedActivity[]): void;
  setReachable(isReachable: boolean): void;
}

/** Looks at every activity, and asks the runtime for the day of each: nothing here knows how calendars go. */
export function createMemoryProgressReader(): MemoryProgressReader {
  const held = new Map<string, CountedActivity>();
  const stated = new Map<string, StatedWorkout>();
  let isReachable = true;

  function assertReachable(): void {
    if (!isReachable) throw new StoreUnavailableError('clickhouse', 'told to be out of reach');
  }

  /** What was measured, by the sport that was stated and without what was removed; with what was entered by hand. */
  function finished(athlete: string, sport: Sport | null, signal?: AbortSignal): HeldActivity[] {
    signal?.throwIfAborted();
    assertReachable();
    const measured = [...held.values()].flatMap((one): HeldActivity[] => {
      const said = stated.get(keyOf(one));
      const isStated = said?.source === 'stream';
      if (one.status !== 'finished' || (isStated && said.isRemoved)) return [];
      return [{ ...one, sport: (isStated ? said.sport : null) ?? one.sport, isMeasured: true }];
    });
    const entered = [...stated.values()].flatMap(({ source, isRemoved, sport, ...rest }): HeldActivity[] =>
      source === 'stream' || isRemoved || sport === null
        ? []
        : [{ ...rest, sport, trainingLoad: null, efforts: [], isMeasured: false }],
    );
    return [...measured, ...entered]
      .filter((one) => one.athlete === athlete && (sport === null || one.sport === sport))
      .sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1));
  }

  const spans: ProgressReader['spans'] = async (athlete, asked, signal) => {
    const all = finished(athlete, null, signal);
    return asked.flatMap(({ fromMs, untilMs, endMs }, span) =>
      (['toPoint', 'whole'] as const).flatMap((part) => {
        const until = part === 'whole' ? endMs : untilMs;
        const inside = all.filter(({ startMs }) => startMs >= fromMs && startMs < until);
        return bySport(inside).map((row) => ({ span, part, ...row }));
      }),
    );
  };

  return {
    spans,
    spansBeside: (athlete, asked, _timeZone, signal) => spans(athlete, asked, signal),
    insert(activities) {
      for (const one of activities) {
        const key = keyOf(one);
        const before = held.get(key);
        const isNewer =
          before === undefined ||
          one.revision > before.revision ||
          (one.revision === before.revision && one.epoch > before.epoch);
        if (isNewer) held.set(key, one);
      }
    },
    async write(workout) {
      assertReachable();
      const before = stated.get(keyOf(workout));
      if (before === undefined || workout.version > before.version) stated.set(keyOf(workout), workout);
    },
    setReachable(reachable) {
      isReachable = reachable;
    },
    async weeks(athlete, sport, timeZone, signal) {
      const byMonday = Map.groupBy(finished(athlete, sport, signal), (one) =>
        mondayBefore(dayOf(one.startMs, timeZone)),
      );
      return [...byMonday.keys()]
        .sort()
        .flatMap((monday) => bySport(byMonday.get(monday)!).map((row) => ({ monday, ...row })));
    },
    async months(athlete, timeZone, signal) {
      const dayNow = ({ startMs }: HeldActivity) => dayOf(startMs, timeZone);
      const byMonth = Map.groupBy(finished(athlete, null, signal), (one) => dayNow(one).slice(0, 7));
      return [...byMonth.keys()].sort().flatMap((month) =>
        bySport(byMonth.get(month)!).map((row): MonthRow => {
          const own = byMonth.get(month)!.filter(({ sport }) => sport === row.sport);
          const days = new Set(own.map((one) => Number(dayNow(one).slice(8))));
          return {
            ...{ month, ...row, days: [...days].sort((a, b) => a - b) },
            longestDistance: mostOf(own, 'distanceM'),
            longestMoving: mostOf(own, 'movingS'),
          };
        }),
      );
    },
    async days(athlete, timeZone, signal) {
      const byDay = Map.groupBy(finished(athlete, null, signal), ({ startMs }) => dayOf(startMs, timeZone));
      return [...byDay.keys()].sort().map((day): DayRow => {
        const loads = byDay.get(day)!.map(({ trainingLoad }) => trainingLoad);
        const known = loads.filter((load) => load !== null);
        return {
          ...{ day, activities: loads.length, withoutLoad: loads.length - known.length },
          trainingLoad: known.reduce((sum, load) => sum + load, 0),
        };
      });
    },
    async steps(athlete, sport, signal) {
      const efforts = finished(athlete, sport, signal)
        .filter((one) => hasRecords(one.sport))
        .flatMap(({ id, sport, efforts }) =>
          efforts.flatMap(({ kind, marks, ...effort }): StepRow[] =>
            kind === 'pace' || marks.length > 0 ? [] : [{ sport, kind, activity: id, ...effort }],
          ),
        )
        .sort((a, b) => a.startMs - b.startMs || (a.activity < b.activity ? -1 : 1));
      const byRecord = Map.groupBy(efforts, ({ sport, kind, name }) => `${sport} ${kind} ${name}`);
      const steps = [...byRecord.values()].flatMap((all) =>
        all
          .filter((one, i) => all.slice(0, i).every((before) => compareEfforts(one.kind, one, before) < 0))
          .slice(-MAX_STEPS),
      );
      return steps.sort(compareSteps);
    },
  };
}

/** One that counts. */
type HeldActivity = Omit<CountedActivity, 'revision' | 'epoch' | 'status'> & { readonly isMeasured: boolean };

const keyOf = ({ athlete, id }: { athlete: string; id: string }) => `${athlete} ${id}`;

/** What none of them measured stays null. */
function bySport(activities: readonly HeldActivity[]): SportRow[] {
  const groups = Map.groupBy(activities, ({ sport }) => sport);
  return [...groups.keys()].sort().map((sport) => {
    const own = groups.get(sport)!.map((one) => ({ ...one, activities: 1 }));
    const sums = MEASURES.map((measure) => {
      const known = own.map((one) => one[measure]).filter((value) => value !== null);
      return [measure, known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)];
    });
    return { sport, ...Object.fromEntries(sums) };
  });
}

/** Activities come in the order of their starts, so of equal ones the earlier stays; only what was measured counts. */
function mostOf(activities: readonly HeldActivity[], measure: 'distanceM' | 'movingS'): MonthRow['longestMoving'] {
  const known = activities.flatMap(({ id, isMeasured, [measure]: value }) =>
    value === null || !isMeasured ? [] : [{ activity: id, value }],
  );
  return known.reduce<MonthRow['longestMoving']>((most, one) => (one.value > (most?.value ?? -1) ? one : most), null);
}

/** The Monday on or before a day, counted from one that is known: 5 January 1970. */
function mondayBefore(day: string): string {
  const DAY_MS = 86_400_000;
  const days = Date.parse(`${day}T00:00:00Z`) / DAY_MS - 4;
  return new Date((4 + 7 * Math.floor(days / 7)) * DAY_MS).toISOString().slice(0, 10);
}
