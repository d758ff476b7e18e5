import type { ColumnType, Generated } from 'kysely';

/** What happens outside because of a row, by `kind`: the data that each kind carries. */
export interface OutboxTables {
  outbox: {
    id: Generated<string>;
    kind: string;
    data: ColumnType<unknown, string>;
    attempts: Generated<number>;
    next_at: Date;
    created_at: Date;
  };
}
