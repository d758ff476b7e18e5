import type { ColumnType, Generated } from 'kysely';

/** Of an export of a health store. */
export interface FoundInExport {
  readonly records: number;
  readonly workouts: number;
  /** Types that are not kept here → how many. */
  readonly notTaken: Readonly<Record<string, number>>;
}

/** As migration 008 makes them. */
export interface ImportTables {
  imports: { id: string; account: string; created_at: Date; ended_at: Date | null };
  import_files: {
    import: string;
    place: number;
    name: string;
    bytes: number;
    object: string | null;
    state: 'waiting' | 'reading' | 'stored' | 'refused' | 'failed';
    share: Generated<number>;
    reason: string | null;
    detail: string | null;
    source: string | null;
    first_at: Date | null;
    last_at: Date | null;
    damage: Generated<string[]>;
    health: ColumnType<FoundInExport | null, string | null | undefined, string | null>;
  };
}
