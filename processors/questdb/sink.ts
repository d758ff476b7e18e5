import type { Clock } from '../../runtime/clock.ts';
import { BatchError, readBatch } from '../../schemas/batch/reader.ts';
import { migrate, readMigrations } from '../migrations.ts';
import { type Sink, type SinkMessage, StoreRefusedError } from '../sink.ts';
import { createIlpEncoder } from './ilp-encoder.ts';
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
  const encoder = createIlpEncoder();
  let client: QuestDbClient | null = null;
  let writing: Promise<unknown> = Promise.resolve();

  function connected(): QuestDbClient {
    if (client === null) throw new Error('the sink is not open');
    return client;
  }

  function ledgerLine(message: SinkMessage, refused: number, expired: number): void {
    const { instance, kind, shard, batch, frames, samples, receivedMs } = message;
    encoder.addLine('ledger', { instance, kind }, { shard, batch, frames, samples, refused, expired }, receivedMs);
  }

  async function write(messages: readonly SinkMessage[]) {
    const oldestMs = deps.clock.nowMs() - deps.hotRetentionMs;
    let rows = 0;
    let expiredRows = 0;
    try {
      for (const message of messages) {
        const expired = encoder.addBatch(readBatch(message.kind, message.payload), oldestMs);
        ledgerLine(message, 0, expired);
        rows += message.samples - expired;
        expiredRows += expired;
      }
    } catch (err) {
      encoder.take();
      if (!(err instanceof BatchError)) throw err;
      throw new StoreRefusedError(err.message, { cause: err });
    }
    await connected().send(encoder.take());
    return { rows, expired: expiredRows };
  }

  /** One write at a time: they share the encoder's buffer. */
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = writing.then(act, act);
    writing = turn;
    return turn;
  }

  return {
    name: 'questdb',
    async open() {
      client ??= await createQuestDbClient(deps.url);
      await migrate(migrationStore(client), readMigrations('questdb'));
    },
    write: (messages) => inTurn(() => write(messages)),
    writeRefused: (messages) =>
      inTurn(() => {
        for (const message of messages) ledgerLine(message, message.samples, 0);
        return connected().send(encoder.take());
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
