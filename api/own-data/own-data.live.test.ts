import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { closedAfterAll } from '../../runtime/closings-for-tests.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { startTestNats, type TestNats } from '../../runtime/nats/nats-for-tests.ts';
import { openPlatform, platformOptions } from '../../runtime/nats/platform.ts';
import { readOptions } from '../../runtime/options.ts';
import { createReleaseStack } from '../../runtime/release.ts';
import { readDeletedAthlete, TABLES_OF_ATHLETES } from '../../schemas/deleted-athlete.ts';
import { gearLoadId } from '../../schemas/gear-load.ts';
import { keys } from '../../schemas/names.ts';
import { recordId } from '../../schemas/record.ts';
import { createTestApi } from '../api-for-tests.ts';
import { noPostgresql, openTestPostgresql } from '../database/postgresql-for-tests.ts';
import { until } from '../notifications/news-for-tests.ts';
import { rrRow, sampleRow } from '../samples/rows.arbitrary.ts';
import {
  startTestClickHouse,
  startTestQuestDb,
  type TestClickHouse,
  type TestStore,
} from '../samples/stores-for-tests.ts';
import { createClickHouseQueries } from '../stores/clickhouse-client.ts';
import { createQuestDbClient } from '../stores/questdb-client.ts';
import { testDeletion } from './conformance.ts';
import { createPersonStores } from './person-stores.ts';

describe('deletions on a PostgreSQL', { skip: noPostgresql }, () => {
  let database: Awaited<ReturnType<typeof openTestPostgresql>>;
  before(async () => {
    database = await openTestPostgresql();
  });
  after(() => database?.stop());

  testDeletion((t) => createTestApi(t, { database }));
});

describe('the stores of people', () => {
  const shared = closedAfterAll();
  const release = createReleaseStack({ log: createSilentLog() });
  const [ann, ben] = ['p0000000000000000ann', 'p0000000000000000ben'];
  const [run, other] = ['00000000000000a1', '00000000000000b1'];
  const NOW_MS = Math.floor(Date.now() / 1_000 - 3_600) * 1_000;
  let nats: TestNats;
  let questdb: TestStore;
  let clickhouse: TestClickHouse;

  before(async () => {
    nats = await startTestNats();
    shared.after(() => nats.stop());
    questdb = await startTestQuestDb(shared.after);
    clickhouse = await startTestClickHouse(shared.after);
    shared.after(() => release.release());
  });

  /** Rows of an athlete in every table that has any, and the samples of a device in both stores. */
  async function store(athlete: string, device: string, activity: string): Promise<void> {
    const start = NOW_MS / 1_000;
    const raw = { device, athlete, source: 'gps', firmware: '', boot: 1, seq: 1, device_time: start, ts: start };
    for (const table of ['samples', 'rr', 'events', 'rollup_10s']) {
      const { firmware: _, boot: __, seq: ___, device_time: ____, ...rollUp } = raw;
      await clickhouse.insertRows(table, [table === 'rollup_10s' ? { ...rollUp, ts: Math.floor(start) } : raw]);
    }
    const effort = { athlete, activity, sport: 'run', kind: 'distance', name: '5 km', start, end: start };
    await clickhouse.insertRows('activities', [{ athlete, id: activity, sport: 'run', start, end: start }]);
    await clickhouse.insertRows('stated_workouts', [{ athlete, id: activity, sport: 'run', start }]);
    const { sport: _, ...ofActivity } = effort;
    await clickhouse.insertRows('efforts', [ofActivity]);
    await clickhouse.insertRows('records', [{ ...effort, status: 'set' }]);
    await clickhouse.insertRows('gear_load', [{ athlete, gear: 'shoes', activity, start, end: start }]);
    await questdb.insert([
      sampleRow({ device, tsMs: NOW_MS, source: 'gps' }, { power: 200, latitude: 1 }),
      rrRow({ device, tsMs: NOW_MS, source: 'rr' }, 8_000),
    ]);
  }

  test('after a deletion no store answers with a trace of the athlete, and all of others is there', async () => {
    const argv = [`--nats-urls=${nats.url}`, `--frames-max-bytes=${2 ** 26}`, `--facts-max-bytes=${2 ** 26}`];
    const options = readOptions(platformOptions, { argv: [...argv, `--dead-max-bytes=${2 ** 26}`], env: {} });
    const platform = await openPlatform(options, { name: 'test', logger: createSilentLog(), release });
    const [facts, dead] = [await platform.facts(), await platform.dead()];
    const [config, offsets] = [await platform.config(), await platform.offsets()];
    const revocations = await platform.revocations();
    const { names } = platform;
    const queries = createClickHouseQueries({ url: clickhouse.url, timeoutMs: 60_000, maxConnections: 2 });
    release.add('ClickHouse', () => queries.close());
    const hot = createQuestDbClient({ url: questdb.url, timeoutMs: 60_000 });
    const stores = createPersonStores({
      ...{ clickhouse: queries, questdb: hot, names, config, offsets, revocations },
      ...{ purgeFacts: platform.purgeFacts, purgeDead: platform.purgeDead },
    });
    for (const [athlete, device, activity] of [
      [ann, 'watch_1', run],
      [ben, 'watchX1', other],
    ] as const) {
      await store(athlete, device, activity);
      const record = recordId({ athlete, sport: 'run', kind: 'distance', name: '5 km' });
      const subjects = [
        names.fact('workout.finished', activity),
        names.fact('record.set', record),
        names.fact('record.withdrawn', record),
        names.fact('gear.load', gearLoadId({ athlete, gear: 'shoes', activity })),
      ];
      for (const subject of subjects)
        await facts.publish(subject, Buffer.from(athlete), { msgId: subject, headers: {} });
      const reason = names.dead('frame_too_old', device);
      await dead.publish(reason, Buffer.from(athlete), { msgId: reason, headers: {} });
      await config.put(keys.athleteSettings(athlete), Buffer.from('{}'));
      await offsets.put(keys.offset(device, '00000000000000a1'), Buffer.from('{}'));
    }
    // Lent for a day: what both sent with it stays in QuestDB until it ages out.
    await clickhouse.insertRows('samples', [
      { device: 'shared', athlete: ann, source: 'gps', boot: 1, ts: NOW_MS / 1_000 },
    ]);
    await clickhouse.insertRows('samples', [
      { device: 'shared', athlete: ben, source: 'gps', boot: 2, ts: NOW_MS / 1_000 },
    ]);

    const devices = await stores.devicesOf(ann);
    assert.deepEqual(devices, ['watch_1']);
    const deletion = randomUUID();
    const person = { athlete: ann, devices, deletedMs: NOW_MS, deletion };
    assert.deepEqual(await stores.mark(person), { tokens: { devices: 1 } });
    assert.deepEqual(await stores.remove(person), {
      streams: { facts: 4, dead: 1 },
      buckets: { config: 1, offsets: 1 },
      questdb: { samples: 1, rr: 1 },
      clickhouse: { ...Object.fromEntries(TABLES_OF_ATHLETES.map((table) => [table, 1])), samples: 2 },
    });

    for (const table of TABLES_OF_ATHLETES) {
      const rows = await queries.select(`SELECT DISTINCT athlete FROM slipstream.${table}`, {});
      assert.deepEqual(rows, [[ben]], table);
    }
    const values = (series: string) =>
      hot.select(`SELECT power, latitude FROM samples WHERE series = '${series}'`).then((rows) => JSON.stringify(rows));
    await until(async () => (await values('watch_1/gps')) === '[[null,null]]', 'QuestDB has applied it');
    assert.equal(await values('watchX1/gps'), '[[200,1]]');
    const left = [(await facts.info()).messages, (await dead.info()).messages];
    assert.deepEqual(left, [4, 1]);
    assert.deepEqual(
      [await config.get(keys.athleteSettings(ann)), await offsets.keys(keys.offsetsOf('watch_1'))],
      [null, []],
    );
    assert.notEqual(await config.get(keys.athleteSettings(ben)), null);
    assert.notEqual(await revocations.get(keys.revokedDevice('watch_1')), null);
    const tombstone = await config.get(keys.deletedAthlete(ann));
    assert.deepEqual(readDeletedAthlete(tombstone!.value), { deletedMs: NOW_MS, devices: ['watch_1'], deletion });
    const again = await stores.remove(person);
    assert.deepEqual(again, {
      streams: { facts: 0, dead: 0 },
      buckets: { config: 0, offsets: 0 },
      questdb: {},
      clickhouse: {},
    });
  });
});
