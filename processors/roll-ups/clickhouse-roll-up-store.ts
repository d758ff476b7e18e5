import { recomputeSql } from './recompute-sql.ts';
import { ROLL_UP_TABLE } from './roll-up-columns.ts';
import type { RollUpStore } from './roll-up-store.ts';

/** What the roll-ups need of a ClickHouse client. Both calls resolve once the statement is done, else they throw. */
export interface RollUpClient {
  /** Sends a statement that ends in a FORMAT, with its rows as the body. */
  insert(query: string, body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void>;
  command(query: string, params: Readonly<Record<string, string | number>>, signal: AbortSignal): Promise<void>;
}

/**
 * Roll-ups in ClickHouse. With several replicas, `client` has to speak to one that has what the sink's has (the same
 * one, or `insert_quorum` with `select_sequential_consistency`): a recompute counts on seeing every acknowledged row.
 */
export function createClickHouseRollUpStore(client: RollUpClient): RollUpStore {
  const recompute = recomputeSql();
  return {
    write: (block, _rowCount, signal) => client.insert(`INSERT INTO ${ROLL_UP_TABLE} FORMAT Native`, block, signal),
    recompute: ({ device, source, fromMs, untilMs, version, epoch }, signal) =>
      client.command(recompute, { device, source, from_ms: fromMs, until_ms: untilMs, version, epoch }, signal),
  };
}
