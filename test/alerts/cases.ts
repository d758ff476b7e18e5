/**
 * For each alert, series that are well and series that are not, in promtool's notation: one value a minute, `0x30`
 * thirty-one times 0, `0+60x30` a counter. Without `well` the same series with other values would tell nothing more.
 */
export interface AlertCase {
  readonly alert: string;
  readonly severity: 'page' | 'ticket';
  /** Labels of the firing alert, without its name and severity. */
  readonly labels: Readonly<Record<string, string>>;
  readonly well: Readonly<Record<string, string>>;
  readonly bad: Readonly<Record<string, string>>;
}

/** How long everything is well, and then bad, before the alerts are looked at. */
export const AT_MINUTES = 40;

const DAY_S = 86_400;
const OURS = 'instance="a:1",job="slipstream"';
const stays = (value: number) => `${value}x${AT_MINUTES}`;
const grows = (perMinute: number) => `0+${perMinute}x${AT_MINUTES}`;
const ours = { instance: 'a:1', job: 'slipstream' };

/** One gauge that is at `well`, or at `bad`. */
function gauge(name: string, labels: string, well: number, bad: number): Pick<AlertCase, 'well' | 'bad'> {
  const series = `${name}{${labels}}`;
  return { well: { [series]: stays(well) }, bad: { [series]: stays(bad) } };
}

/** Two gauges, of which the second is the same in both. */
function share(part: string, whole: string, labels: string, [well, bad, all]: readonly [number, number, number]) {
  const rest = { [`${whole}{${labels}}`]: stays(all) };
  const one = gauge(part, labels, well, bad);
  return { well: { ...one.well, ...rest }, bad: { ...one.bad, ...rest } };
}

/** Spans that could be computed again, and how many were. */
function recomputes(due: number, done: string): Readonly<Record<string, string>> {
  return {
    [`slipstream_activity_recomputes_due{${OURS}}`]: stays(due),
    [`slipstream_activity_recomputes_total{${OURS}}`]: done,
  };
}

/** Nothing of it, or some every minute. */
function counter(series: string, perMinute: number): Pick<AlertCase, 'well' | 'bad'> {
  return { well: { [series]: stays(5) }, bad: { [series]: grows(perMinute) } };
}

const ROLES = {
  slipstream_ingest_batches_total: stays(1),
  slipstream_shards_held: stays(1),
  slipstream_engine_up: stays(1),
};
const received = { 'slipstream_ingest_received_frames_total{protocol="mqtt"}': grows(6_000) };
const deadSeries = 'slipstream_ingest_frames_ended_total{reason="undecodable_frame"}';
const ackBuckets = (fast: number) => ({
  'slipstream_ingest_ack_latency_ms_bucket{le="1000"}': grows(fast),
  'slipstream_ingest_ack_latency_ms_bucket{le="2000"}': grows(600),
  'slipstream_ingest_ack_latency_ms_bucket{le="+Inf"}': grows(600),
});
const ledgerOpen = (inFlight: number, waiting: number) => ({
  'slipstream_ledger_in_flight_samples{store="questdb"}': stays(inFlight),
  'slipstream_sink_waiting_messages{store="questdb"}': stays(waiting),
});
const keyInfo = (instance: string, kid: string) => ({
  [`slipstream_token_key_info{instance="${instance}",kid="${kid}"}`]: stays(1),
});

const page = 'page';
const ticket = 'ticket';

export const ALERT_CASES: readonly AlertCase[] = [
  { alert: 'ProcessDown', severity: page, labels: ours, ...gauge('up', OURS, 1, 0) },
  {
    alert: 'RoleMissing',
    severity: page,
    labels: { role: 'holder' },
    well: ROLES,
    bad: { ...ROLES, slipstream_shards_held: `_x${AT_MINUTES}` },
  },
  {
    alert: 'CheckFailing',
    severity: page,
    labels: { ...ours, check: 'questdb', process: 'processors' },
    ...gauge('slipstream_check_ok', `${OURS},check="questdb",process="processors"`, 1, 0),
  },
  { alert: 'MemoryHigh', severity: ticket, labels: ours, ...gauge('process_resident_memory_bytes', OURS, 5e8, 3e9) },
  {
    alert: 'EventLoopSlow',
    severity: ticket,
    labels: ours,
    ...gauge('nodejs_eventloop_lag_p99_seconds', OURS, 0.02, 0.9),
  },
  {
    alert: 'TokenKeysDiffer',
    severity: ticket,
    labels: { kid: 'new' },
    well: { ...keyInfo('a:1', 'new'), ...keyInfo('b:1', 'new') },
    bad: { ...keyInfo('a:1', 'new'), ...keyInfo('a:1', 'old'), ...keyInfo('b:1', 'old') },
  },
  {
    alert: 'CertificateExpiresSoon',
    severity: ticket,
    labels: ours,
    ...gauge('slipstream_tls_not_after_seconds', OURS, 60 * DAY_S, 9 * DAY_S),
  },
  {
    alert: 'CertificateExpired',
    severity: page,
    labels: ours,
    ...gauge('slipstream_tls_not_after_seconds', OURS, 9 * DAY_S, 60),
  },
  {
    alert: 'CertificateNotRenewed',
    severity: ticket,
    labels: ours,
    ...gauge('slipstream_tls_renewal_failing', OURS, 0, 1),
  },
  { alert: 'AcknowledgementsSlow', severity: ticket, labels: {}, well: ackBuckets(600), bad: ackBuckets(60) },
  {
    alert: 'FramesRefused',
    severity: page,
    labels: { reason: 'stream_full' },
    ...counter('slipstream_ingest_front_end_reasons_total{reason="stream_full",protocol="mqtt"}', 60),
  },
  {
    alert: 'DevicesGiveWay',
    severity: ticket,
    labels: { reason: 'shed_background' },
    ...counter('slipstream_ingest_front_end_reasons_total{reason="shed_background",protocol="mqtt5"}', 60),
  },
  {
    alert: 'DeadLetters',
    severity: ticket,
    labels: { reason: 'undecodable_frame' },
    well: { ...received, [deadSeries]: grows(6) },
    bad: { ...received, [deadSeries]: grows(600) },
  },
  {
    alert: 'FramesShed',
    severity: ticket,
    labels: { reason: 'dead_letter_quota' },
    ...counter('slipstream_ingest_frames_ended_total{reason="dead_letter_quota"}', 6),
  },
  {
    alert: 'SinkBehind',
    severity: page,
    labels: { store: 'clickhouse' },
    ...gauge('slipstream_sink_behind_ms', 'store="clickhouse"', 2_000, 90_000),
  },
  {
    alert: 'StoreRefuses',
    severity: page,
    labels: { store: 'questdb' },
    ...counter('slipstream_sink_refused_total{store="questdb"}', 10),
  },
  {
    alert: 'ShardsNotHeld',
    severity: page,
    labels: {},
    well: {
      'slipstream_shards_held{instance="a:1"}': stays(9),
      'slipstream_shards_held{instance="b:1"}': stays(7),
      slipstream_shards: stays(16),
    },
    bad: { 'slipstream_shards_held{instance="a:1"}': stays(9), slipstream_shards: stays(16) },
  },
  {
    alert: 'ShardsBehind',
    severity: ticket,
    labels: ours,
    ...gauge('slipstream_shards_lag_messages', OURS, 100, 9_000),
  },
  {
    alert: 'CheckpointOld',
    severity: page,
    labels: ours,
    ...gauge('slipstream_checkpoint_age_ms', OURS, 5_000, 70_000),
  },
  {
    alert: 'ActivityRecomputesStuck',
    severity: ticket,
    labels: { instance: 'a:1' },
    well: recomputes(3, grows(8)),
    bad: recomputes(3, stays(80)),
  },
  {
    alert: 'LedgerImbalance',
    severity: page,
    labels: { store: 'questdb' },
    ...gauge('slipstream_ledger_balanced', 'store="questdb"', 1, 0),
  },
  {
    alert: 'LedgerOpen',
    severity: page,
    labels: { store: 'questdb' },
    // Samples that are in flight while messages wait are only late.
    well: ledgerOpen(500, 3),
    bad: ledgerOpen(500, 0),
  },
  {
    alert: 'TrimmerStalled',
    severity: ticket,
    labels: {},
    ...gauge('slipstream_trimmer_turn_age_ms', OURS, 9_000, 200_000),
  },
  {
    alert: 'EngineDown',
    severity: page,
    labels: { engine: 'nats' },
    ...gauge('slipstream_engine_up', 'engine="nats"', 1, 0),
  },
  {
    alert: 'NatsUnhealthy',
    severity: page,
    labels: { server: 'n:8222' },
    ...gauge('slipstream_nats_healthy', 'server="n:8222"', 1, 0),
  },
  {
    alert: 'StreamFilling',
    severity: page,
    labels: { stream: 'FRAMES' },
    ...share('slipstream_stream_bytes', 'slipstream_stream_max_bytes', 'stream="FRAMES"', [50, 80, 100]),
  },
  {
    alert: 'NatsStorageFilling',
    severity: page,
    labels: { server: 'n:8222' },
    ...share('slipstream_nats_storage_bytes', 'slipstream_nats_storage_max_bytes', 'server="n:8222"', [50, 90, 100]),
  },
  {
    alert: 'DiskFilling',
    severity: page,
    labels: { disk: 'questdb' },
    ...share('slipstream_disk_free_bytes', 'slipstream_disk_size_bytes', 'disk="questdb"', [50, 5, 100]),
  },
  {
    alert: 'WalSuspended',
    severity: page,
    labels: { table: 'samples' },
    ...gauge('slipstream_questdb_wal_suspended', 'table="samples"', 0, 1),
  },
  {
    alert: 'WalLag',
    severity: ticket,
    labels: { table: 'samples' },
    ...gauge('slipstream_questdb_wal_lag_transactions', 'table="samples"', 20, 900),
  },
  {
    alert: 'ClickHouseParts',
    severity: ticket,
    labels: { table: 'rr' },
    ...gauge('slipstream_clickhouse_parts', 'table="rr"', 30, 900),
  },
  {
    alert: 'ClickHouseReadOnly',
    severity: page,
    labels: {},
    ...gauge('slipstream_clickhouse_readonly_tables', OURS, 0, 2),
  },
];
