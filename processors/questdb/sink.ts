import type { Clock } from '../../runtime/clock.ts';
import { createSinkBatchReader } from '../batch-message.ts';
import { migrate, readMigrations } from '../migrations.ts';
import type { Sink, SinkMessage, WriteResult } from '../sink.ts';
import { createIlpEncoder, type IlpEncoder } from './ilp-encoder.ts';
import { createQuestDbClient, type QuestDbClient } from './questdb-client.ts';

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
  let client: QuestDbClient | null = null;

  function connected(): QuestDbClient {
    if (client === null) throw new Error('the sink is not open');
    return client;
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
      const tables = await connected().sql('SELECT name, suspended, writerTxn, sequencerTxn FROM wal_tables()');
      for (const [name, suspended, writerTxn, sequencerTxn] of tables) {
        if (suspended === true) return { ok: false, reason: `QuestDB's table ${name} is suspended` };
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
