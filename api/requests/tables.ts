import type { ColumnType } from 'kysely';

export interface IdempotencyTables {
  idempotency_keys: {
    scope: string;
    key: string;
    request_hash: string;
    answer: ColumnType<unknown, string | null>;
    created_at: Date;
  };
}
