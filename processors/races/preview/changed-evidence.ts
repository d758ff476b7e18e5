import type { Race, Starter } from '../../../schemas/race.ts';
import type { BoardAthlete } from '../board/athlete.ts';
import type { CrossingReport } from '../board/crossing-evidence.ts';
import type { AthleteMemory } from '../board/memory.ts';
import { type Crossing, type Mark, marksOf } from '../crossings.ts';
import { type Followed, marksToFind, sameMark } from '../stored/marks-to-find.ts';

/** Two versions of a race on one course, and what of its evidence rests on what is different in them. */
export interface RaceChange {
  readonly now: Race;
  /** What stored positions have to say of the athlete; none for most changes. */
  marksToFind(athlete: BoardAthlete): number[];
  /**
   * What the board will be told of the athlete once the change holds: crossings by position of marks that are
   * elsewhere are gone, and what was `found` of `marks` is there. Null: what is known of marks that are where they were
   * stays.
   */
  mend(memory: AthleteMemory, marks: readonly number[], found: ReadonlyMap<number, Crossing> | null): AthleteMemory;
}

export function changeOf(before: Race, now: Race): RaceChange {
  const guns = { before: gunsOf(before), now: gunsOf(now) };
  const marks = { before: marksOf(before.checkpoints), now: marksOf(now.checkpoints) };
  const followed = (which: 'before' | 'now', { wave }: Starter): Followed => ({
    ...{ marks: marks[which], courseKey: '', gunTimeMs: guns[which].get(wave) ?? 0 },
  });
  const isGone = ({ source, checkpoint, pass }: CrossingReport) => {
    if (source !== 'gps') return false;
    const mark = marks.before.find((one) => one.checkpoint === checkpoint && one.pass === pass);
    return mark === undefined || sameMark(marks.now, mark) === null;
  };

  return {
    now,
    marksToFind({ starter, evidence, seen }) {
      // Only mats and people tell of them.
      if (starter.athlete === '' && starter.device === null) return [];
      const { reports } = evidence;
      const crossedMs = ({ checkpoint, pass }: Mark) => {
        const newest = reports.get(`${checkpoint} ${pass} gps`)?.[0];
        return newest === undefined || newest.isWithdrawn ? null : newest.timeMs;
      };
      let reachedM = seen?.positionM ?? Number.NaN;
      for (const mark of marks.before) {
        if (crossedMs(mark) !== null && !(mark.positionM <= reachedM)) reachedM = mark.positionM;
      }
      return marksToFind(followed('before', starter), followed('now', starter), { reachedM, crossedMs });
    },
    mend(memory, wanted, found) {
      const isFound = new Set(found === null ? [] : wanted.map((n) => keyOf(marks.now[n])));
      const kept = memory.reports.filter((report) => {
        return !isGone(report) && !(report.source === 'gps' && isFound.has(keyOf(report)));
      });
      const added = wanted.flatMap((n): CrossingReport[] => {
        const crossing = found?.get(n);
        if (crossing === undefined) return [];
        const { checkpoint, pass } = marks.now[n];
        const { timeMs, sigmaMs } = crossing;
        return [{ checkpoint, pass, source: 'gps', timeMs, sigmaMs, revision: 1, isWithdrawn: false }];
      });
      return { ...memory, reports: [...kept, ...added] };
    },
  };
}

function keyOf({ checkpoint, pass }: { checkpoint: string; pass: number }): string {
  return `${checkpoint} ${pass}`;
}

function gunsOf({ waves }: Race): Map<string, number> {
  return new Map(waves.map(({ id, gunTimeMs }) => [id, gunTimeMs]));
}
