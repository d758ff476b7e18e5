import type { GearLoad } from '../../../schemas/gear-load.ts';
import type { ClickHouse } from '../../clickhouse/clickhouse-client.ts';
import type { GearStore } from './gear-store.ts';

/** Loads of gear in ClickHouse. */
export function createClickHouseGearStore(clickHouse: Pick<ClickHouse, 'insert' | 'select'>): GearStore {
  return {
    async known(activities) {
      if (activities.length === 0) return [];
      const rows = await clickHouse.select(
        `SELECT athlete, gear, kind, toString(activity) AS activity_id FROM slipstream.gear_load FINAL
WHERE athlete IN {athletes:Array(String)} AND toString(activity) IN {activities:Array(String)}`,
        {
          athletes: [...new Set(activities.map(({ athlete }) => athlete))],
          activities: activities.map(({ id }) => id),
        },
      );
      return rows.map((row) => ({
        athlete: String(row.athlete),
        gear: String(row.gear),
        kind: row.kind as GearLoad['kind'],
        activity: String(row.activity_id),
      }));
    },
    async write(loads, epoch) {
      if (loads.length === 0) return;
      const body = Buffer.from(loads.map((load) => JSON.stringify(toRow(load, epoch))).join('\n'));
      await clickHouse.insert('INSERT INTO slipstream.gear_load FORMAT JSONEachRow', [body]);
    },
  };
}

/** A whole number is read as ticks of a time column: milliseconds. */
function toRow(load: GearLoad, epoch: number): object {
  const { athlete, gear, kind, activity, revision, isCounted, sport, startMs, endMs, airTemperatureC, marked } = load;
  return {
    ...{ athlete, gear, kind, activity, revision, epoch, sport, marked },
    is_counted: isCounted,
    start: startMs,
    end: endMs,
    distance_m: load.distanceM,
    moving_s: load.movingS,
    elevation_gain_m: load.elevationGainM,
    impacts: load.impacts,
    wet_s: load.wetS,
    air_temperature_mean_c: airTemperatureC?.mean ?? null,
    air_temperature_min_c: airTemperatureC?.min ?? null,
    air_temperature_max_c: airTemperatureC?.max ?? null,
  };
}
