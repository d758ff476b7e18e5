import type { ColumnType, Generated } from 'kysely';

/** As the migration `own-data` makes them. */
export interface OwnDataTables {
  deletions: {
    id: string;
    /** Null once nothing of them can come back. */
    athlete: string | null;
    devices: string[];
    asked_at: Date;
    /** How often all stores were gone through. */
    passes: Generated<number>;
    passed_at: Date | null;
    done_at: Date | null;
    removed: ColumnType<unknown, string>;
  };
}
