import type { Generated } from 'kysely';

export const EXPORT_STATES = ['waiting', 'writing', 'ready', 'failed'] as const;

/** As the migration `exports` makes them. */
export interface ExportTables {
  exports: {
    id: string;
    account: string;
    state: (typeof EXPORT_STATES)[number];
    attempt: Generated<number>;
    parts: Generated<number>;
    bytes: Generated<string>;
    progress: Generated<number>;
    created_at: Date;
    ended_at: Date | null;
    expires_at: Date | null;
  };
}
