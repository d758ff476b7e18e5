import { KINDS } from '../../schemas/channels.ts';
import type { ClickHouseQueries } from '../stores/clickhouse-client.ts';
import { type DeviceReader, type DeviceState, MAX_FIRMWARES } from './reader.ts';

const columns = (battery: string) => `device, boot, seq, ts, device_time, firmware, ${battery} AS battery`;
const RANGE = `device IN {devices:Array(String)} AND ts >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')`;
/** One number counts all frames of a boot, whatever they carry. */
const ALL_KINDS = KINDS.map((kind) => {
  const battery = kind === 'samples' ? 'battery' : 'CAST(NULL AS Nullable(UInt16))';
  return `SELECT ${columns(battery)} FROM slipstream.${kind} WHERE ${RANGE}`;
}).join(' UNION ALL ');

/** Repeated rows make no difference to any of it, so none of the tables is read with FINAL. */
const STATES = `SELECT device, toUnixTimestamp64Milli(max(last)), argMax(last_firmware, last),
  argMaxOrNull(last_battery, battery_at), sum(missing), sum(frames),
  length(arrayDistinct(arrayFlatten(groupArray(days)))), argMax(offset_ms, last)
FROM (
  SELECT device, boot, max(ts) AS last, argMax(firmware, ts) AS last_firmware,
    argMaxIf(battery, ts, battery IS NOT NULL) AS last_battery, maxIf(ts, battery IS NOT NULL) AS battery_at,
    if(countIf(recent) = 0, 0, maxIf(seq, recent) - minIf(seq, recent) + 1 - uniqExactIf(seq, recent)) AS missing,
    uniqExactIf(seq, recent) AS frames, groupUniqArrayIf(toDate(ts, 'UTC'), recent) AS days,
    argMax(toUnixTimestamp64Milli(ts) - toUnixTimestamp64Milli(device_time), ts) AS offset_ms
  FROM (SELECT *, ts >= fromUnixTimestamp64Milli({gaps_from_ms:Int64}, 'UTC') AS recent FROM (${ALL_KINDS}))
  GROUP BY device, boot
)
GROUP BY device`;

/** By boots first, which are few: a device runs one firmware from one start to the next. */
const FIRMWARES = `SELECT firmware, toUnixTimestamp64Milli(since)
FROM (
  SELECT firmware, since, lagInFrame(firmware, 1, '') OVER (
    ORDER BY since ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before
  FROM (
    SELECT boot, toString(firmware) AS firmware, min(ts) AS since
    FROM (${ALL_KINDS}) WHERE firmware != '' GROUP BY boot, firmware
  )
)
WHERE firmware != before ORDER BY since DESC LIMIT ${MAX_FIRMWARES}`;

/** Reads how devices are in ClickHouse: one query for each question, whose values are parameters. */
export function createClickHouseDeviceReader({ select }: Pick<ClickHouseQueries, 'select'>): DeviceReader {
  return {
    async states({ devices, fromMs, gapsFromMs }, signal) {
      if (devices.length === 0) return [];
      const rows = await select(STATES, { devices, from_ms: fromMs, gaps_from_ms: gapsFromMs }, signal);
      return rows.map(
        ([device, lastMs, firmware, battery, missing, frames, days, offsetMs]): DeviceState => ({
          ...{ device: String(device), lastSeenMs: Number(lastMs), firmware: String(firmware) },
          ...{ battery: battery === null ? null : Number(battery), missingFrames: Number(missing) },
          ...{ recentFrames: Number(frames), daysSeen: Number(days), clockOffsetMs: Number(offsetMs) },
        }),
      );
    },

    async firmwares(device, fromMs, signal) {
      const rows = await select(FIRMWARES, { devices: [device], from_ms: fromMs }, signal);
      return rows.map(([firmware, sinceMs]) => ({ firmware: String(firmware), sinceMs: Number(sinceMs) }));
    },
  };
}
