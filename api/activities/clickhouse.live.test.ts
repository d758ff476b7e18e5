import { before } from 'node:test';
import { closedAfterAll } from '../../runtime/closings-for-tests.ts';
import { startTestClickHouse, type TestClickHouse } from '../samples/stores-for-tests.ts';
import { createClickHouseQueries } from '../stores/clickhouse-client.ts';
import { createClickHouseActivityReader } from './clickhouse.ts';
import { activityReaderConformance } from './conformance.ts';

let clickhouse: TestClickHouse;
const shared = closedAfterAll();

before(async () => {
  clickhouse = await startTestClickHouse(shared.after);
});

activityReaderConformance(
  'ClickHouse',
  async () => {
    const client = createClickHouseQueries({ url: clickhouse.url, timeoutMs: 20_000, maxConnections: 4 });
    shared.after(() => client.close());
    return {
      reader: createClickHouseActivityReader(client),
      async insert(activities, epoch = 1) {
        // As the processors write them; what they do not need to read is left out.
        const rows = activities.map(({ startMs, endMs, metrics, origins, settingsVersion, ...rest }) => ({
          ...rest,
          epoch,
          settings_version: settingsVersion,
          start: new Date(startMs).toISOString().slice(0, -1),
          end: new Date(endMs).toISOString().slice(0, -1),
          metrics: metrics === null ? '' : JSON.stringify(metrics),
          origins: JSON.stringify(origins),
        }));
        await clickhouse.insertRows('activities', rows);
      },
    };
  },
  8,
);
