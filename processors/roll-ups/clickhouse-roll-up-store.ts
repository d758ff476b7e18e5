import { type ClickHouse, INSERT_SETTINGS } from '../clickhouse/clickhouse-client.ts';
import { type JoinedWritesDeps, joinWrites } from './joined-writes.ts';
import { recomputeSql } from './recompute-sql.ts';
import { ROLL_UP_TABLE } from './roll-up-columns.ts';
import type { RollUpStore } from './roll-up-store.ts';

/**
 * Roll-ups in ClickHouse. With several replicas, the client has to speak to one that has what the sink's has (the same
 * one, or `insert_quorum` with `select_sequential_consistency`): a recompute counts on seeing every acknowledged row.
 */
export function createClickHouseRollUpStore(
  clickHouse: Pick<ClickHouse, 'insert' | 'command'>,
  joining: Omit<JoinedWritesDeps, 'insert'>,
): RollUpStore {
  const recompute = recomputeSql();
  const write = joinWrites({
    ...joining,
    insert: (blocks) => clickHouse.insert(`INSERT INTO ${ROLL_UP_TABLE} ${INSERT_SETTINGS} FORMAT Native`, blocks),
  });
  return {
    write,
    recompute: ({ device, source, fromMs, untilMs, version, epoch }) =>
      clickHouse.command(recompute, { device, source, from_ms: fromMs, until_ms: untilMs, version, epoch }),
  };
}
