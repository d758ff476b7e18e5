import { before } from 'node:test';
import { closedAfterAll } from '../../runtime/closings-for-tests.ts';
import { startTestClickHouse } from '../stores-for-tests.ts';
import { type ClickHouse, createClickHouse } from './clickhouse-client.ts';

/**
 * A ClickHouse for all tests of a file or of a suite, with the schema that the sink has brought up to date. Called
 * where `before` would be; what it returns answers once the tests run.
 */
export function clickHouseOfAllTests(): () => ClickHouse {
  const shared = closedAfterAll();
  let clickHouse: ClickHouse;
  before(async () => {
    const server = await startTestClickHouse();
    shared.after(server.stop);
    clickHouse = createClickHouse(server.url);
    shared.after(() => clickHouse.close());
  });
  return () => clickHouse;
}
