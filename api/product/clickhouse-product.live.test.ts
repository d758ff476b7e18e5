import { before } from 'node:test';
import { closedAfterAll } from '../../runtime/closings-for-tests.ts';
import { startTestClickHouse, type TestClickHouse } from '../samples/stores-for-tests.ts';
import { createClickHouseQueries } from '../stores/clickhouse-client.ts';
import { createClickHouseProduct } from './clickhouse-product.ts';
import { productStoreConformance } from './store-conformance.ts';

let clickhouse: TestClickHouse;
const shared = closedAfterAll();

before(async () => {
  clickhouse = await startTestClickHouse(shared.after);
});

productStoreConformance('ClickHouse', async () => {
  const client = createClickHouseQueries({ url: clickhouse.url, timeoutMs: 60_000, maxConnections: 4 });
  shared.after(() => client.close());
  return {
    store: createClickHouseProduct(client),
    empty: () => clickhouse.run('TRUNCATE TABLE slipstream.product_events'),
    insert: (events) =>
      clickhouse.insertRows(
        'product_events',
        events.map(({ person, event, kind, way, atMs }) => ({ person, event, kind, way: way ?? '', at: atMs })),
      ),
  };
});
