import { before } from 'node:test';
import { closedAfterAll } from '../../runtime/closings-for-tests.ts';
import { startTestClickHouse, type TestClickHouse } from '../samples/stores-for-tests.ts';
import { createClickHouseQueries } from '../stores/clickhouse-client.ts';
import { createClickHouseAthleteReader } from './clickhouse.ts';
import { athleteReaderConformance } from './conformance.ts';

let clickhouse: TestClickHouse;
const shared = closedAfterAll();

before(async () => {
  clickhouse = await startTestClickHouse(shared.after);
});

athleteReaderConformance(
  'ClickHouse',
  async () => {
    const client = createClickHouseQueries({ url: clickhouse.url, timeoutMs: 20_000, maxConnections: 4 });
    shared.after(() => client.close());
    return {
      reader: createClickHouseAthleteReader(client),
      // As the processors write them.
      insertClaims: (claims) =>
        clickhouse.insertRows(
          'records',
          claims.map(({ activityRevision, startMs, endMs, replaces, knownAtMs, ...rest }) => ({
            ...rest,
            activity_revision: activityRevision,
            start: startMs,
            end: endMs,
            replaces_activity: replaces?.activity ?? '',
            replaces_value: replaces?.value ?? null,
            replaces_start: replaces?.startMs ?? null,
            known_at: knownAtMs,
          })),
        ),
      insertLoads: (loads) =>
        clickhouse.insertRows(
          'gear_load',
          loads.map(({ isCounted, startMs, endMs, airTemperatureC, ...rest }) => ({
            ...{ athlete: rest.athlete, gear: rest.gear, kind: rest.kind, activity: rest.activity },
            ...{ revision: rest.revision, epoch: 1, is_counted: isCounted, sport: rest.sport, marked: rest.marked },
            ...{ start: startMs, end: endMs, distance_m: rest.distanceM, moving_s: rest.movingS },
            ...{ elevation_gain_m: rest.elevationGainM, impacts: rest.impacts, wet_s: rest.wetS },
            air_temperature_mean_c: airTemperatureC?.mean ?? null,
            air_temperature_min_c: airTemperatureC?.min ?? null,
            air_temperature_max_c: airTemperatureC?.max ?? null,
          })),
        ),
    };
  },
  8,
);
