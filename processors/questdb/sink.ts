import type { Clock } from '../../runtime/clock.ts';
import { createSinkBatchReader } from '../batch-message.ts';
import { migrate, readMigrations } from '../migrations.ts';
import type { Sink, SinkMessage, WriteResult } from '../sink.ts';
import { createIlpEncoder, type IlpEncoder } from './ilp-encoder.ts';
import { createQuestDbClient, type QuestDbClient } from './questdb-client.ts';

const RESUME_EVERY_MS = 5_000;

export interface QuestDbSinkDeps {
  readonly url: string;
  readonly clock: Clock;
  /** Rows older than this are not written, only counted: the table's TTL would drop them again. */
  readonly hotRetentionMs: number;
  /** A table that has accepted this many transactions more than it has applied stops the sink from pulling. */
  readonly maxWalLagTransactions: number;
}

/** The hot store: lines of the data and of the ledger go in one request, so a repeat brings both again. */
export function createQuestDbSink(deps: QuestDbSinkDeps): Sink {
  /** Buffers that no write uses now; there are never more than writes in flight. */
  const idle: IlpEncoder[] = [];
  const readBatch = createSinkBatchReader();
  /** When each table was resumed last; there are as many as migrations made. */
  const resumedAtMs = new Map<string, number>();
  let client: QuestDbClient | null = null;

  function connected(): QuestDbClient {
    if (client === null) throw new Error('the sink is not open');
    return client;
  }

  /**
   * A table that QuestDB suspended because of an error (a full disk, most often) stays so until somebody resumes it; it
   * then tries the same transaction again. One without an error was suspended by a person, and left alone.
   */
  async function resume(table: string): Promise<void> {
    const nowMs = deps.clock.monotonicMs();
    if (nowMs - (resumedAtMs.get(table) ?? Number.NEGATIVE_INFINITY) < RESUME_EVERY_MS) return;
    resumedAtMs.set(table, nowMs);
    await connected().sql(`ALTER TABLE "${table}" RESUME WAL`);
  }

  /** Sends what `fill` has encoded. A buffer is used again only after QuestDB has answered for it. */
  async function send<T>(fill: (encoder: IlpEncoder) => T): Promise<T> {
    const encoder = idle.pop() ?? createIlpEncoder();
    encoder.clear();
    const result = fill(encoder);
    await connected().send(encoder.bytes());
    idle.push(encoder);
    return result;
  }

  function encode(encoder: IlpEncoder, messages: readonly SinkMessage[]): WriteResult {
    const oldestMs = deps.clock.nowMs() - deps.hotRetentionMs;
    let rows = 0;
    let expired = 0;
    for (const message of messages) {
      const batch = readBatch(message);
      const written = encoder.appendBatch(batch, oldestMs);
      encoder.appendLedger(message, { refused: 0, expired: batch.rows - written });
      rows += written;
      expired += batch.rows - written;
    }
    return { rows, expired };
  }

  return {
    name: 'questdb',
    async open() {
      client ??= await createQuestDbClient(deps.url);
      await migrate(migrationStore(client), readMigrations('questdb'));
    },
    write: (messages) => send((encoder) => encode(encoder, messages)),
    writeRefused: (messages) =>
      send((encoder) => {
        for (const message of messages) encoder.appendLedger(message, { refused: message.samples, expired: 0 });
      }),
    async health() {
      const tables = await connected().sql(
        'SELECT name, suspended, writerTxn, sequencerTxn, errorMessage FROM wal_tables()',
      );
      const suspended = tables.filter((table) => table[1] === true);
      for (const [name, , , , error] of suspended) if (error) await resume(String(name));
      if (suspended.length > 0) return { ok: false, reason: `QuestDB's table ${suspended[0][0]} is suspended` };
      for (const [name, , writerTxn, sequencerTxn] of tables) {
        const lag = Number(sequencerTxn) - Number(writerTxn);
        if (lag > deps.maxWalLagTransactions) {
          return { ok: false, reason: `QuestDB's table ${name} lags by ${lag} transactions` };
        }
      }
      return { ok: true };
    },
    async close() {
      await client?.close();
    },
  };
}

function migrationStore(client: QuestDbClient) {
  return {
    name: 'QuestDB',
    prepare: async () => {
      await client.sql(
        'CREATE TABLE IF NOT EXISTS migrations (ts TIMESTAMP, number LONG, name STRING) ' +
          'TIMESTAMP(ts) PARTITION BY YEAR WAL DEDUP UPSERT KEYS(ts, number)',
      );
    },
    applied: async () => (await client.sql('SELECT DISTINCT number FROM migrations')).map(([number]) => Number(number)),
    run: async (statement: string) => void (await client.sql(statement)),
    record: async ({ number, name }: { number: number; name: string }) => {
      // The same time for the same step, so that two processes that migrate together leave one row.
      await client.sql(`INSERT INTO migrations VALUES (${number}, ${number}, '${name}')`);
    },
  };
}
