import type { ColumnType } from 'kysely';
import type { HealthStore, SamplesContent, WorkoutContent } from '../../files/health/health-record.ts';

/** As the migration `health-stores` makes them. */
export interface HealthStoreTables {
  health_sources: {
    account: string;
    source: string;
    store: HealthStore;
    app: string;
    device: string;
    first_at: Date;
  };
  /** As the migration `health-pushes` makes it. */
  health_pushes: { id: string; account: string; from_at: Date; until_at: Date };
  health_records: {
    account: string;
    store: HealthStore;
    id: string;
    source: string | null;
    /** Of `files/health/measures.ts`, or `workout`. */
    measure: string | null;
    start_at: Date | null;
    end_at: Date | null;
    value: number | null;
    content: ColumnType<WorkoutContent | SamplesContent | null, string | null>;
    sent_at: Date | null;
    withdrawn_at: Date | null;
  };
}

export const WORKOUT = 'workout';
