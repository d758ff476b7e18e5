import type { KeyValue } from '../../runtime/kv/kv.ts';
import { deleteRowsSql, TABLES_OF_ATHLETES } from '../../schemas/deleted-athlete.ts';
import { keys } from '../../schemas/names.ts';

export interface KeepDeletedDeps {
  /** The bucket CONFIG, with the tombstones. */
  readonly config: KeyValue;
  readonly command: (sql: string) => Promise<unknown>;
}

/**
 * Takes out of ClickHouse what a replay brought back of athletes who were deleted, and says how many there are. QuestDB
 * keeps what is replayed for the days that it keeps anything.
 */
export async function keepDeleted({ config, command }: KeepDeletedDeps): Promise<number> {
  const athletes = (await config.keys(keys.allDeletedAthletes)).flatMap((key) => keys.parseDeletedAthlete(key) ?? []);
  for (const athlete of athletes) {
    for (const table of TABLES_OF_ATHLETES) await command(deleteRowsSql(table, athlete));
  }
  return athletes.length;
}
