import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../runtime/clock.ts';
import { KINDS } from '../schemas/channels.ts';
import { startClickHouse } from '../stack/clickhouse.ts';
import { freePort, freePorts } from '../stack/ports.ts';
import { startQuestDb } from '../stack/questdb.ts';
import { createClickHouse } from './clickhouse/clickhouse-client.ts';
import { createClickHouseSink } from './clickhouse/sink.ts';
import { createQuestDbClient } from './questdb/questdb-client.ts';
import { createQuestDbSink } from './questdb/sink.ts';
import type { InstanceTotals, SinkUnderTest, StoredRow } from './sink.conformance.ts';
import type { Sink } from './sink.ts';
import { clickHouseRowsSql, questDbRowsSql, readClickHouseRow, readQuestDbRow } from './store-rows-for-tests.ts';

/** A real store of one test file: own folder, own ports, kept over `kill`. */
export interface TestStore extends SinkUnderTest {
  readonly url: string;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const APPLIED_TIMEOUT_MS = 30_000;

interface Running {
  kill(signal: 'SIGKILL'): void;
  readonly exited: Promise<unknown>;
  stop(): Promise<void>;
}

async function keep(dir: string, startEngine: () => Promise<Running>, closing: () => Promise<void>) {
  let engine = await startEngine();
  return {
    async kill() {
      engine.kill('SIGKILL');
      await engine.exited;
    },
    async start() {
      engine = await startEngine();
    },
    async stop() {
      await closing();
      await engine.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const totalsSql = (table: string, instance: string) =>
  'SELECT count() AS lines, sum(frames) AS frames, sum(samples) AS samples, sum(refused) AS refused ' +
  `FROM ${table} WHERE instance = '${instance}'`;

export async function startTestQuestDb(): Promise<TestStore> {
  const dir = await mkdtemp(join(tmpdir(), 'slip-sinks-questdb-'));
  const [httpPort, pgPort] = await freePorts(2);
  const url = `http://127.0.0.1:${httpPort}`;
  const client = await createQuestDbClient(url);
  const sink = openQuestDbSink(url);
  const engine = await keep(
    dir,
    () => startQuestDb({ dir, httpPort, pgPort, maxHeapMb: 512 }),
    () => sink.close(),
  );
  await sink.open();

  async function applied(): Promise<void> {
    const untilMs = Date.now() + APPLIED_TIMEOUT_MS;
    while (Date.now() < untilMs) {
      const behind = await client.sql('SELECT name FROM wal_tables() WHERE writerTxn < sequencerTxn');
      if (behind.length === 0) return;
      await systemClock.sleep(20);
    }
    throw new Error(`QuestDB has not applied everything after ${APPLIED_TIMEOUT_MS} ms`);
  }

  return {
    ...engine,
    url,
    sink,
    async rows() {
      await applied();
      const rows: StoredRow[] = [];
      for (const kind of KINDS) {
        const found = await client.sql(questDbRowsSql(kind));
        for (const row of found) rows.push(readQuestDbRow(kind, row));
      }
      return rows;
    },
    async ledger(instance) {
      await applied();
      const [[lines, frames, samples, refused]] = await client.sql(totalsSql('ledger', instance));
      return { lines, frames, samples, refused } as InstanceTotals;
    },
  };
}

export function openQuestDbSink(url: string, maxWalLagTransactions = 1_000): Sink {
  return createQuestDbSink({ url, clock: systemClock, hotRetentionMs: 7 * 86_400_000, maxWalLagTransactions });
}

export async function startTestClickHouse(): Promise<TestStore> {
  const dir = await mkdtemp(join(tmpdir(), 'slip-sinks-clickhouse-'));
  const port = await freePort();
  const url = `http://writer:secret@127.0.0.1:${port}`;
  const client = createClickHouse(url);
  const sink = createClickHouseSink({ url, clock: systemClock });
  const engine = await keep(
    dir,
    () => startClickHouse({ dir, port, user: 'writer', password: 'secret' }),
    async () => {
      await sink.close();
      await client.close();
    },
  );
  await sink.open();

  return {
    ...engine,
    url,
    sink,
    async rows() {
      const rows: StoredRow[] = [];
      for (const kind of KINDS) {
        const found = await client.select(clickHouseRowsSql(kind));
        for (const row of found) rows.push(readClickHouseRow(kind, row));
      }
      return rows;
    },
    async ledger(instance) {
      const [row] = await client.select(totalsSql('slipstream.ledger FINAL', instance));
      const numbers = Object.entries(row).map(([name, value]) => [name, Number(value)]);
      return Object.fromEntries(numbers) as InstanceTotals;
    },
  };
}
