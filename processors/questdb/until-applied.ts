import type { Clock } from '../../runtime/clock.ts';
import { StoreUnavailableError } from '../sink.ts';
import type { QuestDbClient } from './questdb-client.ts';

const ASK_EVERY_MS = 50;
/** Without one transaction applied in this time, nothing is to be hoped for. */
const MAX_STILL_MS = 120_000;

/**
 * Resolves once every transaction that QuestDB has accepted until now is visible to readers. Throws
 * StoreUnavailableError when a table is suspended, or when none moves for two minutes.
 */
export async function untilApplied(
  hot: Pick<QuestDbClient, 'sql'>,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  const tables = await walTables(hot);
  const wanted = new Map(tables.map(({ name, accepted }) => [name, accepted]));
  let lastApplied = -1;
  let movedAtMs = clock.monotonicMs();
  for (;;) {
    const now = await walTables(hot);
    const suspended = now.find((table) => table.suspended);
    if (suspended) throw new StoreUnavailableError(`QuestDB's table ${suspended.name} is suspended`);
    const behind = now.filter(({ name, applied }) => applied < (wanted.get(name) ?? 0));
    if (behind.length === 0) return;
    const applied = now.reduce((sum, table) => sum + table.applied, 0);
    if (applied !== lastApplied) movedAtMs = clock.monotonicMs();
    lastApplied = applied;
    if (clock.monotonicMs() - movedAtMs > MAX_STILL_MS) {
      throw new StoreUnavailableError(`QuestDB's table ${behind[0].name} has applied nothing for ${MAX_STILL_MS} ms`);
    }
    await clock.sleep(ASK_EVERY_MS, signal);
  }
}

async function walTables(hot: Pick<QuestDbClient, 'sql'>) {
  const rows = await hot.sql('SELECT name, suspended, writerTxn, sequencerTxn FROM wal_tables()');
  return rows.map(([name, suspended, applied, accepted]) => {
    return { name: String(name), suspended: suspended === true, applied: Number(applied), accepted: Number(accepted) };
  });
}
