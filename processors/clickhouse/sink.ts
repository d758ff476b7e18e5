import type { Clock } from '../../runtime/clock.ts';
import { createBlockJoiner } from '../../schemas/batch/joiner.ts';
import type { Kind } from '../../schemas/channels.ts';
import { orRefused } from '../batch-message.ts';
import { migrate, readMigrations } from '../migrations.ts';
import type { Sink, SinkMessage } from '../sink.ts';
import { type ClickHouse, createClickHouse, INSERT_SETTINGS } from './clickhouse-client.ts';

type Join = ReturnType<typeof createBlockJoiner>;

/**
 * The history: the payloads of many messages are Native blocks already, which go out as one. The ledger's lines follow
 * once the data stands, so a line never speaks of rows that are not there.
 */
export function createClickHouseSink(deps: { url: string; clock: Clock }): Sink {
  const store: ClickHouse = createClickHouse(deps.url);
  /** With memory that no insert uses now; there are never more than writes in flight. */
  const idle: Record<Kind, Join[]> = { samples: [], rr: [], events: [] };

  /** Joining reads every block: ClickHouse drops a column that it does not know without a word. */
  async function insertJoined(kind: Kind, messages: readonly SinkMessage[]): Promise<void> {
    const join = idle[kind].pop() ?? createBlockJoiner(kind);
    const block = orRefused(() => join(messages.map(({ payload }) => payload)));
    await store.insert(`INSERT INTO slipstream.${kind} ${INSERT_SETTINGS} FORMAT Native`, [block]);
    idle[kind].push(join);
  }

  async function writeLedger(messages: readonly SinkMessage[], isRefused: boolean): Promise<void> {
    const lines = messages.map(({ instance, shard, batch, kind, frames, samples, receivedMs }) => {
      const refused = isRefused ? samples : 0;
      const times = { written_at: deps.clock.nowMs(), received_at: receivedMs };
      return JSON.stringify({ instance, shard, batch, kind, frames, samples, refused, ...times });
    });
    await store.insert('INSERT INTO slipstream.ledger FORMAT JSONEachRow', [Buffer.from(lines.join('\n'))]);
  }

  return {
    name: 'clickhouse',
    async open() {
      await migrate(migrationStore(store), readMigrations('clickhouse'));
    },
    async write(messages) {
      const byKind = Map.groupBy(messages, ({ kind }): Kind => kind);
      for (const [kind, own] of byKind) await insertJoined(kind, own);
      await writeLedger(messages, false);
      return { rows: messages.reduce((sum, { samples }) => sum + samples, 0), expired: 0 };
    },
    writeRefused: (messages) => writeLedger(messages, true),
    async health() {
      await store.select('SELECT 1');
      return { ok: true };
    },
    close: () => store.close(),
  };
}

function migrationStore(store: ClickHouse) {
  return {
    name: 'ClickHouse',
    prepare: async () => {
      await store.command('CREATE DATABASE IF NOT EXISTS slipstream');
      await store.command(
        'CREATE TABLE IF NOT EXISTS slipstream.migrations (number UInt32, name String, applied_at DateTime) ' +
          'ENGINE = ReplacingMergeTree ORDER BY number',
      );
    },
    applied: async () =>
      (await store.select('SELECT DISTINCT number FROM slipstream.migrations')).map(({ number }) => Number(number)),
    run: (statement: string) => store.command(statement),
    record: ({ number, name }: { number: number; name: string }) =>
      store.command(`INSERT INTO slipstream.migrations SELECT ${number}, '${name}', now()`),
  };
}
