import { channelsOf, type Kind } from '../schemas/channels.ts';
import type { SampleRow } from './batch-rows.ts';

/** A row of QuestDB has no athlete. */
export type QuestDbRow = Omit<SampleRow, 'athlete'>;

type Cell = string | number | boolean | null;

/** Every row of a kind's table as {@link readQuestDbRow} reads it; 64-bit numbers as texts, which JSON's are not. */
export function questDbRowsSql(kind: Kind): string {
  const names = channelsOf(kind).map(({ name }) => name);
  return `SELECT series, boot::string, seq, cast(ts AS LONG), offset_ms, ${names.join(', ')} FROM ${kind}`;
}

export function readQuestDbRow(
  kind: Kind,
  [series, boot, seq, tsUs, offsetMs, ...values]: readonly Cell[],
): QuestDbRow {
  const [device, source] = String(series).split('/');
  const tsMs = Number(tsUs) / 1000;
  const own = channelsOf(kind).map(({ name }, i) => [name, values[i]] as const);
  return {
    device,
    source,
    boot: BigInt.asUintN(64, BigInt(String(boot)))
      .toString(16)
      .padStart(16, '0'),
    seq: Number(seq),
    tsMs,
    deviceTimeMs: tsMs - Number(offsetMs),
    values: Object.fromEntries(own.filter(([, value]) => value !== null)) as Record<string, number>,
  };
}

/** Rows of a kind's table that a reader sees, as {@link readClickHouseRow} reads them. */
export function clickHouseRowsSql(kind: Kind, where = ''): string {
  const names = channelsOf(kind).map(({ name }) => name);
  return `SELECT device, athlete, source, lower(hex(boot)) AS boot, seq, toUnixTimestamp64Milli(ts) AS tsMs,
    toUnixTimestamp64Milli(device_time) AS deviceTimeMs, ${names.join(', ')} FROM slipstream.${kind} FINAL ${where}`;
}

export function readClickHouseRow(kind: Kind, row: Readonly<Record<string, unknown>>): SampleRow {
  const names = channelsOf(kind).map(({ name }) => name);
  const own = names.filter((name) => row[name] !== null).map((name) => [name, Number(row[name])]);
  return {
    device: String(row.device),
    athlete: String(row.athlete),
    source: String(row.source),
    boot: String(row.boot).padStart(16, '0'),
    seq: Number(row.seq),
    tsMs: Number(row.tsMs),
    deviceTimeMs: Number(row.deviceTimeMs),
    values: Object.fromEntries(own),
  };
}
