import type { Damage } from '../reasons.ts';
import { DamageCounts, RefusedFileError } from '../reasons.ts';
import type { HealthRecord, MappedRecord } from './health-record.ts';

export interface ExportHandler {
  /** Workouts come without their routes; `route` is where the export has it, or null. */
  record(record: HealthRecord, route: string | null): void;
}

/** What was in an export of a health store. */
export interface ExportFindings {
  readonly records: number;
  readonly workouts: number;
  /** Types that we do not keep → how many records. */
  readonly notTaken: Readonly<Record<string, number>>;
  readonly damage: readonly Damage[];
}

/** Types that are told one by one; there are some two hundred. */
const MAX_NOT_TAKEN = 500;

/** Counts what an export holds while it is read, and hands on what is taken of it. */
export function createFindings(handler: ExportHandler) {
  const damage = new DamageCounts();
  const notTaken = new Map<string, number>();
  let [records, workouts] = [0, 0];

  function countNotTaken(type: string, count = 1): void {
    if (notTaken.size < MAX_NOT_TAKEN || notTaken.has(type)) notTaken.set(type, (notTaken.get(type) ?? 0) + count);
  }

  return {
    damage,
    countNotTaken,

    take(mapped: MappedRecord, route: string | null): void {
      if (mapped.outcome === 'not_taken') countNotTaken(mapped.type);
      else if (mapped.outcome === 'broken') {
        damage.add(mapped.rules.some(isOfTime) ? 'impossible_time' : 'impossible_value');
      } else {
        records++;
        handler.record(mapped.record, route);
      }
    },

    /** A workout is counted whether it is broken or not. */
    countWorkout(): void {
      workouts++;
    },

    /** Throws RefusedFileError where nothing was taken. */
    end(): ExportFindings {
      if (records === 0) throw new RefusedFileError('no_samples');
      return { records, workouts, notTaken: Object.fromEntries(notTaken), damage: damage.list() };
    },
  };
}

const isOfTime = ({ field }: { readonly field: string }) => /date|time/i.test(field);
