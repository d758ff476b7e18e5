import type { Clock } from '../../runtime/clock.ts';
import type { Ledger, StoreLedger } from '../../runtime/ledger.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Metrics } from '../../runtime/metrics.ts';
import type { StreamSize } from '../../runtime/nats/stream-sizes.ts';
import type { ClickHouseState, Disk, WalTable } from './engines.ts';
import { createLook, type Look } from './look.ts';
import type { NatsServerState } from './nats-monitor.ts';

export interface WatchDeps {
  /** Each must end by itself, and throws when it cannot say. */
  readonly read: {
    streams(): Promise<readonly StreamSize[]>;
    natsServers(): Promise<readonly NatsServerState[]>;
    questdb(): Promise<readonly WalTable[]>;
    clickhouse(): Promise<ClickHouseState>;
    disks(): Promise<readonly Disk[]>;
    ledger(): Promise<Ledger>;
  };
  readonly everyMs: number;
  readonly ledgerEveryMs: number;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
}

const LEDGER: readonly [name: string, help: string, of: (store: StoreLedger) => number][] = [
  ['ledger_accepted_samples', 'Samples acknowledged to devices.', ({ accepted }) => accepted],
  ['ledger_written_samples', 'Samples that a store has.', ({ written }) => written],
  ['ledger_refused_samples', 'Samples that a store refused.', ({ refused }) => refused],
  ['ledger_expired_samples', 'Samples older than a store keeps.', ({ expired }) => expired],
  ['ledger_in_flight_samples', 'Samples acknowledged and not in the ledger of a store yet.', (one) => one.inFlight],
  ['ledger_balanced', '1 while no count of a store is below 0.', ({ balanced }) => (balanced ? 1 : 0)],
];

/**
 * Looks at what no process of ours can say of itself: the engines, their disks, and whether the ledger balances. Shows
 * it on the page of metrics; what cannot be looked at is missing there, and `engine_up` says why.
 */
export function createWatch(deps: WatchDeps): { stop(): void } {
  const { read, everyMs, ledgerEveryMs, metrics, clock, log } = deps;
  const start = <T>(name: string, look: () => Promise<T>, every = everyMs): Look<T> =>
    createLook({ name, everyMs: every, clock, log, look });
  const streams = start('the streams', () => read.streams());
  const servers = start('the NATS servers', () => read.natsServers());
  const questdb = start('QuestDB', () => read.questdb());
  const clickhouse = start('ClickHouse', () => read.clickhouse());
  const disks = start('the disks', () => read.disks());
  const ledger = start('the ledger', () => read.ledger(), ledgerEveryMs);

  /** One value for each thing that a look has seen. */
  function gauge<T, L extends string>(
    name: string,
    help: string,
    label: L,
    seen: () => readonly T[] | undefined,
    of: (one: T) => readonly [label: string, value: number],
  ): void {
    const readOne = (one: T) => {
      const [text, value] = of(one);
      return { value, labels: { [label]: text } as Record<L, string> };
    };
    metrics.gauge({ name, help, labels: [label], read: () => (seen() ?? []).map(readOne) });
  }

  const engines = { nats: streams, questdb, clickhouse };
  gauge(
    'engine_up',
    '1 while an engine answers, 0 while it does not.',
    'engine',
    () => Object.entries(engines).filter(([, { isUp }]) => isUp !== null),
    ([engine, { isUp }]) => [engine, isUp ? 1 : 0],
  );

  const seenStreams = () => streams.seen ?? undefined;
  gauge('stream_bytes', 'Bytes of a stream.', 'stream', seenStreams, (one) => [one.stream, one.bytes]);
  gauge('stream_max_bytes', 'Bytes that a stream may have.', 'stream', seenStreams, (one) => [
    one.stream,
    one.maxBytes,
  ]);
  gauge('stream_messages', 'Messages of a stream.', 'stream', seenStreams, (one) => [one.stream, one.messages]);

  const seenServers = () => servers.seen ?? undefined;
  const inUse = 'Bytes of files that JetStream uses.';
  const allowed = 'Bytes of files that JetStream may use.';
  gauge('nats_healthy', '1 while a NATS server says that it is well.', 'server', seenServers, (one) => [
    one.server,
    one.isHealthy ? 1 : 0,
  ]);
  gauge('nats_storage_bytes', inUse, 'server', seenServers, (one) => [one.server, one.storageBytes]);
  gauge('nats_storage_max_bytes', allowed, 'server', seenServers, (one) => [one.server, one.maxStorageBytes]);

  const seenTables = () => questdb.seen ?? undefined;
  const lag = 'Transactions that a table of QuestDB has accepted and not applied.';
  gauge('questdb_wal_suspended', '1 while a table of QuestDB applies nothing.', 'table', seenTables, (one) => [
    one.table,
    one.isSuspended ? 1 : 0,
  ]);
  gauge('questdb_wal_lag_transactions', lag, 'table', seenTables, (one) => [one.table, one.lagTransactions]);

  const most = 'Active parts of a ClickHouse table, in the partition that has the most.';
  gauge(
    'clickhouse_parts',
    most,
    'table',
    () => clickhouse.seen?.parts,
    (one) => [one.table, one.parts],
  );
  metrics.gauge({
    name: 'clickhouse_readonly_tables',
    help: 'Replicated tables of ClickHouse that take no inserts.',
    labels: [],
    read: () => (clickhouse.seen ? [{ labels: {}, value: clickhouse.seen.readOnlyTables }] : []),
  });

  const seenDisks = () => [...(disks.seen ?? []), ...(clickhouse.seen?.disks ?? [])];
  gauge('disk_free_bytes', 'Bytes left on the disk of an engine.', 'disk', seenDisks, (one) => [
    one.disk,
    one.freeBytes,
  ]);
  gauge('disk_size_bytes', 'Size of the disk of an engine.', 'disk', seenDisks, (one) => [one.disk, one.sizeBytes]);

  const seenLedger = () => ledger.seen?.stores;
  for (const [name, help, of] of LEDGER) gauge(name, help, 'store', seenLedger, (one) => [one.store, of(one)]);

  const looks = [streams, servers, questdb, clickhouse, disks, ledger];
  return {
    stop() {
      for (const look of looks) look.stop();
    },
  };
}
