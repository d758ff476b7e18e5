import type { Clock } from '../../runtime/clock.ts';
import { batchColumns } from '../../schemas/batch/layout.ts';
import { readBatches } from '../../schemas/batch/reader.ts';
import { KINDS, type Kind } from '../../schemas/channels.ts';
import type { ClickHouse } from '../clickhouse/clickhouse-client.ts';
import { LEDGER, pagesOf, quoted, RAW_TABLES, rowsThatCount } from '../clickhouse/pages.ts';
import { createIlpEncoder } from '../questdb/ilp-encoder.ts';
import type { QuestDbClient } from '../questdb/questdb-client.ts';
import { untilApplied } from '../questdb/until-applied.ts';
import { coldCounts, coldSpan, hotCounts, lackingSeries, type Span } from './series-counts.ts';

export interface HotFromColdDeps {
  readonly cold: Pick<ClickHouse, 'select' | 'read'>;
  /** Its schema is up to date. */
  readonly hot: Pick<QuestDbClient, 'send' | 'sql'>;
  readonly clock: Clock;
  /** Older rows are not written: the hot store would drop them. */
  readonly hotRetentionMs: number;
  /** Rows held in memory at once. */
  readonly pageRows: number;
  readonly signal: AbortSignal;
  onProgress(progress: HotProgress): void;
}

/** One day of one kind is done, or the ledger. */
export interface HotProgress {
  readonly what: string;
  readonly rows: number;
  /** Series that lacked something before. */
  readonly mended: number;
  readonly share: number;
}

export interface HotReport {
  readonly spans: number;
  readonly rows: number;
  readonly ledgerLines: number;
  /** Days on which series still lack something: none when all went well. */
  readonly lacking: readonly { readonly what: string; readonly series: readonly string[] }[];
}

const DAY_MS = 86_400_000;
/** So many names fit into one condition. */
const MAX_NAMED_DEVICES = 500;

/**
 * Writes into the hot store what the cold one has and it lacks, the newest day first, because that is what people look
 * at. Each day is compared, mended and compared again, series by series; so a run that was cut short begins again
 * where it was, and one with nothing to do only counts. Sinks may run meanwhile: the same row twice is one row.
 */
export async function rebuildHotFromCold(deps: HotFromColdDeps): Promise<HotReport> {
  const { cold, clock, hotRetentionMs, signal } = deps;
  const oldestMs = clock.nowMs() - hotRetentionMs;
  const spans: { kind: Kind; span: Span }[] = [];
  for (const kind of KINDS) {
    const rows = await cold.select(
      `SELECT DISTINCT toString(toUnixTimestamp(toStartOfDay(ts))) AS day FROM slipstream.${kind} ` +
        `WHERE ts >= fromUnixTimestamp64Milli(toInt64(${oldestMs}), 'UTC')`,
    );
    for (const { day } of rows) {
      const dayMs = Number(day) * 1_000;
      spans.push({ kind, span: { fromMs: Math.max(dayMs, oldestMs), untilMs: dayMs + DAY_MS } });
    }
  }
  spans.sort((a, b) => b.span.fromMs - a.span.fromMs);

  const lacking: { what: string; series: string[] }[] = [];
  let rows = 0;
  for (const [i, { kind, span }] of spans.entries()) {
    signal.throwIfAborted();
    const what = `${new Date(span.fromMs).toISOString().slice(0, 10)} ${kind}`;
    const mended = await mendSpan(deps, kind, span, oldestMs);
    rows += mended.rows;
    // A day that fell out of what the hot store keeps while it was written owes nothing.
    if (mended.lacking.length > 0 && span.untilMs > clock.nowMs() - hotRetentionMs) {
      lacking.push({ what, series: mended.lacking });
    }
    deps.onProgress({ what, rows, mended: mended.series, share: (i + 1) / (spans.length + 1) });
  }
  const ledgerLines = await mendLedger(deps, oldestMs);
  deps.onProgress({ what: 'ledger', rows, mended: ledgerLines, share: 1 });
  return { spans: spans.length, rows, ledgerLines, lacking };
}

/** Mends until a comparison finds nothing, twice at most: what a sink brings meanwhile makes no series lack more. */
async function mendSpan(deps: HotFromColdDeps, kind: Kind, span: Span, oldestMs: number) {
  let rows = 0;
  let series = 0;
  let lacking = await compare(deps, kind, span);
  for (let attempt = 0; attempt < 2 && lacking.length > 0; attempt++) {
    series = Math.max(series, lacking.length);
    const devices = [...new Set(lacking.map((one) => one.slice(0, one.indexOf('/'))))].sort();
    for (let at = 0; at < devices.length; at += MAX_NAMED_DEVICES) {
      const named = devices.slice(at, at + MAX_NAMED_DEVICES).map(quoted);
      rows += await copyRows(deps, kind, `${coldSpan(span)} AND device IN (${named.join(', ')})`, oldestMs);
    }
    await untilApplied(deps.hot, deps);
    lacking = await compare(deps, kind, span);
  }
  return { rows, series, lacking };
}

async function compare({ cold, hot }: HotFromColdDeps, kind: Kind, span: Span): Promise<string[]> {
  // The cold store first: what reaches it meanwhile is not yet owed by the hot one.
  const wanted = await coldCounts(cold, kind, span);
  return lackingSeries(wanted, await hotCounts(hot, kind, span));
}

async function copyRows(deps: HotFromColdDeps, kind: Kind, where: string, oldestMs: number): Promise<number> {
  const { cold, hot, pageRows, signal } = deps;
  const columns = batchColumns(kind).map(({ name }) => name);
  const encoder = createIlpEncoder();
  let rows = 0;
  for await (const { condition } of pagesOf(cold, RAW_TABLES[kind], { where, maxRows: pageRows })) {
    signal.throwIfAborted();
    const block = await cold.read(
      `SELECT ${columns.join(', ')} FROM ${rowsThatCount(RAW_TABLES[kind])} WHERE ${condition} FORMAT Native`,
    );
    encoder.clear();
    for (const batch of readBatches(kind, block)) rows += encoder.appendBatch(batch, oldestMs);
    if (encoder.bytes().length > 0) await hot.send(encoder.bytes());
  }
  return rows;
}

/** The lines of both ledgers are named alike, so a line that is there already is written again as it was. */
async function mendLedger(deps: HotFromColdDeps, oldestMs: number): Promise<number> {
  const { cold, hot, pageRows, signal } = deps;
  const [wanted] = await cold.select('SELECT toString(count()) AS n FROM slipstream.ledger FINAL');
  const [[found]] = await hot.sql('SELECT count() FROM ledger');
  if (Number(found) >= Number(wanted.n)) return 0;
  const encoder = createIlpEncoder();
  let lines = 0;
  for await (const { condition } of pagesOf(cold, LEDGER, { where: '1', maxRows: pageRows })) {
    signal.throwIfAborted();
    const rows = await cold.select(
      'SELECT instance, shard, toString(batch) AS number, kind, frames, samples, refused, ' +
        `toString(toUnixTimestamp64Milli(received_at)) AS received FROM ${rowsThatCount(LEDGER)} WHERE ${condition}`,
    );
    encoder.clear();
    for (const row of rows) {
      const [samples, refused, receivedMs] = [Number(row.samples), Number(row.refused), Number(row.received)];
      const line = {
        instance: String(row.instance),
        kind: row.kind as Kind,
        shard: Number(row.shard),
        batch: Number(row.number),
        frames: Number(row.frames),
        samples,
        receivedMs,
      };
      // What was received before the time that the hot store keeps holds nothing younger, and was not written.
      encoder.appendLedger(line, { refused, expired: receivedMs < oldestMs ? samples - refused : 0 });
    }
    if (rows.length > 0) await hot.send(encoder.bytes());
    lines += rows.length;
  }
  await untilApplied(hot, deps);
  return lines;
}
