import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { type TestContext, test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { balanceOf } from '../../runtime/ledger.ts';
import { createMemoryLog } from '../../runtime/log.ts';
import { createMetrics } from '../../runtime/metrics.ts';
import { StartError } from '../../runtime/service.ts';
import { parseDisks, readDisks } from './disks.ts';
import { readNatsServer } from './nats-monitor.ts';
import { createWatch, type WatchDeps } from './watch.ts';

const EVERY_MS = 10_000;
const LEDGER_EVERY_MS = 60_000;

/** A watch on engines that answer what the test says. */
async function setUp(t: TestContext) {
  const read: WatchDeps['read'] = {
    streams: async () => [{ stream: 'FRAMES', messages: 3, bytes: 700, maxBytes: 1_000 }],
    natsServers: async () => [{ server: 'n:8222', isHealthy: false, storageBytes: 5, maxStorageBytes: 10 }],
    questdb: async () => [{ table: 'samples', isSuspended: true, lagTransactions: 7 }],
    clickhouse: async () => ({
      parts: [{ table: 'samples', parts: 12 }],
      readOnlyTables: 0,
      disks: [{ disk: 'clickhouse default', freeBytes: 1, sizeBytes: 4 }],
    }),
    disks: async () => [{ disk: 'nats', freeBytes: 2, sizeBytes: 8 }],
    ledger: async () => ({
      balanced: false,
      stores: [balanceOf('questdb', 10, { samples: 12, refused: 1, expired: 2 })],
    }),
  };
  const clock = createManualClock();
  const metrics = createMetrics('api', { runtimeMetrics: false });
  const { log, records } = createMemoryLog('info');
  const watch = createWatch({ read, everyMs: EVERY_MS, ledgerEveryMs: LEDGER_EVERY_MS, metrics, clock, log });
  t.after(() => watch.stop());
  await clock.advance(0);
  return {
    read,
    clock,
    watch,
    records,
    async lines() {
      const page = (await metrics.text()).replaceAll('slipstream_', '').replaceAll(/,?process="api"/g, '');
      return page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    },
  };
}

test('what was seen of the engines stands on the page of metrics', async (t) => {
  const { lines } = await setUp(t);
  assert.deepEqual(await lines(), [
    'engine_up{engine="nats"} 1',
    'engine_up{engine="questdb"} 1',
    'engine_up{engine="clickhouse"} 1',
    'stream_bytes{stream="FRAMES"} 700',
    'stream_max_bytes{stream="FRAMES"} 1000',
    'stream_messages{stream="FRAMES"} 3',
    'nats_healthy{server="n:8222"} 0',
    'nats_storage_bytes{server="n:8222"} 5',
    'nats_storage_max_bytes{server="n:8222"} 10',
    'questdb_wal_suspended{table="samples"} 1',
    'questdb_wal_lag_transactions{table="samples"} 7',
    'clickhouse_parts{table="samples"} 12',
    'clickhouse_readonly_tables{} 0',
    'disk_free_bytes{disk="nats"} 2',
    'disk_free_bytes{disk="clickhouse default"} 1',
    'disk_size_bytes{disk="nats"} 8',
    'disk_size_bytes{disk="clickhouse default"} 4',
    'ledger_accepted_samples{store="questdb"} 10',
    'ledger_written_samples{store="questdb"} 9',
    'ledger_refused_samples{store="questdb"} 1',
    'ledger_expired_samples{store="questdb"} 2',
    'ledger_in_flight_samples{store="questdb"} -2',
    'ledger_balanced{store="questdb"} 0',
  ]);
});

test('an engine that does not answer is down, and nothing is said of it that was true once', async (t) => {
  const { read, clock, lines, records } = await setUp(t);
  const answers = read.questdb;
  read.questdb = () => Promise.reject(new Error('gone'));
  await clock.advance(2 * EVERY_MS);
  const now = await lines();
  assert.ok(now.includes('engine_up{engine="questdb"} 0'), now.join('\n'));
  assert.deepEqual(
    now.filter((line) => line.startsWith('questdb_')),
    [],
  );
  read.questdb = answers;
  await clock.advance(EVERY_MS);
  assert.ok((await lines()).includes('engine_up{engine="questdb"} 1'));
  assert.deepEqual(
    records.map(({ msg, watched }) => `${watched} ${msg}`),
    ['QuestDB cannot be looked at', 'QuestDB can be looked at again'],
  );
});

test('a slow engine is not asked again before it has answered, and the ledger is asked less often', async (t) => {
  const { read, clock, watch } = await setUp(t);
  let asked = { questdb: 0, ledger: 0 };
  read.questdb = () => {
    asked.questdb++;
    return new Promise(() => undefined);
  };
  const { ledger } = read;
  read.ledger = () => {
    asked.ledger++;
    return ledger();
  };
  await clock.advance(3 * LEDGER_EVERY_MS);
  assert.deepEqual(asked, { questdb: 1, ledger: 3 });
  watch.stop();
  asked = { questdb: 0, ledger: 0 };
  await clock.advance(3 * LEDGER_EVERY_MS);
  assert.deepEqual(asked, { questdb: 0, ledger: 0 });
});

test('a NATS server is what its monitor says, and not healthy when it says nothing', async (t) => {
  let status = 200;
  const server = createServer(({ url }, response) => {
    response.statusCode = url === '/healthz' ? status : 200;
    response.end(url === '/jsz' ? '{"storage": 70, "config": {"max_storage": 100}}' : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const answered = { server: `127.0.0.1:${port}`, storageBytes: 70, maxStorageBytes: 100 };
  assert.deepEqual(await readNatsServer(url, 10_000), { ...answered, isHealthy: true });
  status = 503;
  assert.deepEqual(await readNatsServer(url, 10_000), { ...answered, isHealthy: false });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const silent = { server: answered.server, isHealthy: false, storageBytes: Number.NaN, maxStorageBytes: Number.NaN };
  assert.deepEqual(await readNatsServer(url, 10_000), silent);
});

test('disks are named with a folder on each, whose room is read', async () => {
  const folders = parseDisks([`nats=${tmpdir()}`]);
  assert.deepEqual(folders, [{ disk: 'nats', folder: tmpdir() }]);
  const [{ disk, freeBytes, sizeBytes }] = await readDisks(folders);
  assert.equal(disk, 'nats');
  assert.ok(0 <= freeBytes && freeBytes <= sizeBytes && sizeBytes > 0, `${freeBytes} of ${sizeBytes}`);
  assert.throws(() => parseDisks(['nats']), StartError);
});
