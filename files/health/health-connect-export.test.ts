import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { DamageCounts, RefusedFileError } from '../reasons.ts';
import { readHealthConnectExport } from './health-connect-export.ts';
import { createHealthConnectDatabase, insert, RUN_START_MS, uuidBytes } from './health-connect-for-tests.ts';
import { createRoutes } from './health-connect-sessions.ts';
import type { HealthRecord } from './health-record.ts';
import { openUntrustedDatabase } from './untrusted-database.ts';

const NOW_MS = Date.UTC(2026, 11, 1);
const WATCH = { store: 'health_connect', app: 'com.example.watch', device: 'Example W2' } as const;
const PHONE = { store: 'health_connect', app: 'com.example.phone', device: '' } as const;
const minute = (n: number) => RUN_START_MS + n * 60_000;
const id = (n: number) => `00000000-0000-0000-0000-${n.toString(16).padStart(12, '0')}`;

async function scratch(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slip-connect-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What is read of the file that a phone wrote, after `more` was done to it. */
async function readExport(t: TestContext, more?: (database: DatabaseSync) => void) {
  const file = join(await scratch(t), 'health_connect_export.db');
  createHealthConnectDatabase(file, more);
  return readFileOf(file);
}

async function readFileOf(file: string) {
  const database = openUntrustedDatabase(file);
  try {
    const records: HealthRecord[] = [];
    const routes: string[] = [];
    const record = (one: HealthRecord, route: string | null) => {
      records.push(one);
      if (route !== null) routes.push(route);
    };
    const findings = await readHealthConnectExport(database, { record }, NOW_MS, async () => undefined);
    const damage = new DamageCounts();
    const ofRoutes = createRoutes(database, NOW_MS);
    const points = routes.map((route) => ofRoutes.of(route, damage));
    return { findings, records, points, routeDamage: damage.list() };
  } finally {
    database.close();
  }
}

const refusedFor = (reason: string, detail = /./) => {
  return (error: unknown) => error instanceof RefusedFileError && error.reason === reason && detail.test(error.message);
};

test('the database of a phone gives the records that its pushes give, in our units', async (t) => {
  const { findings, records, points, routeDamage } = await readExport(t);
  assert.deepEqual(findings, {
    ...{ records: 7, workouts: 1, notTaken: { sleep_session_record_table: 1 } },
    damage: [{ reason: 'impossible_value', count: 1 }],
  });
  const run = { startMs: minute(0), endMs: minute(30) };
  const heart = (at: number, bpm: number) => ({
    ...{ id: id(1), origin: WATCH, startMs: minute(at), endMs: minute(at) },
    content: { kind: 'samples', measure: 'heart_rate', timesMs: [minute(at)], values: [bpm] },
  });
  assert.deepEqual(records, [
    heart(4, 148),
    heart(5, 150),
    { id: id(4), origin: PHONE, ...run, content: { kind: 'amount', measure: 'steps', value: 4_800 } },
    { id: id(2), origin: WATCH, ...run, content: { kind: 'amount', measure: 'distance', value: 5_000 } },
    { id: id(3), origin: WATCH, ...run, content: { kind: 'amount', measure: 'active_energy', value: 312 } },
    {
      ...{ id: id(5), origin: WATCH, startMs: minute(-60), endMs: minute(-60) },
      content: { kind: 'level', measure: 'weight', value: 72.5 },
    },
    {
      ...{ id: id(7), origin: WATCH, ...run },
      content: {
        ...{ kind: 'workout', sport: 'run', route: [], lapStartsMs: [minute(15)] },
        pauses: [
          { timeMs: minute(10), type: 'pause' },
          { timeMs: minute(11), type: 'resume' },
        ],
      },
    },
  ]);
  const place = (second: number) => ({
    ...{ timeMs: minute(0) + second * 1_000, latitude: 48.2 + second * 1e-4, longitude: 16.3, horizontalAccuracyM: 4 },
  });
  assert.deepEqual(points, [[place(0), { ...place(1), altitudeM: 180 }, { ...place(2), altitudeM: 180 }]]);
  assert.deepEqual(routeDamage, []);
});

test('laps and points go to their own workout, however they are mixed, and broken points are left out', async (t) => {
  const { records, points, routeDamage } = await readExport(t, (database) => {
    const session = { app_info_id: 1, device_info_id: 2, exercise_type: 4, has_route: 1 };
    for (const row of [9, 8]) {
      const start_time = minute(row * 60);
      insert(database, 'exercise_session_record_table', {
        ...{ row_id: row, uuid: uuidBytes(row), ...session, start_time, end_time: start_time + 1_800_000 },
      });
    }
    const point = { longitude: 16, altitude: 1, horizontal_accuracy: 1, vertical_accuracy: 1 };
    for (const [parent_key, latitude] of [
      [9, 47],
      [5, 10],
      [8, 91],
      [99, 10],
      [9, 46],
    ]) {
      const timestamp_millis = minute(Number(parent_key) * 60) + Number(latitude);
      insert(database, 'exercise_route_table', { parent_key, timestamp_millis, latitude, ...point });
    }
    insert(database, 'exercise_laps_table', {
      ...{ parent_key: 9, lap_start_time: minute(9 * 60 + 5), lap_end_time: minute(9 * 60 + 9) },
    });
  });
  const workouts = records.flatMap(({ content }) => (content.kind === 'workout' ? [content] : []));
  assert.deepEqual(
    workouts.map(({ sport, lapStartsMs }) => [sport, lapStartsMs]),
    [
      ['run', [minute(15)]],
      ['ride', []],
      ['ride', [minute(9 * 60 + 5)]],
    ],
  );
  assert.deepEqual(
    points.map((route) => route.map(({ latitude }) => latitude)),
    [[48.2, 48.2 + 1e-4, 48.2 + 2e-4], [], [46, 47]],
  );
  assert.deepEqual(routeDamage, [{ reason: 'impossible_value', count: 1 }]);
});

test('every measure that pushes have is read from its own table in its own unit', async (t) => {
  const ids = (n: number) => ({ row_id: n, uuid: uuidBytes(n), app_info_id: 1, device_info_id: 2 });
  const samples: readonly (readonly [string, string, string, number])[] = [
    ['SpeedRecordTable', 'speed_record_table', 'speed', 3.5],
    ['PowerRecordTable', 'power_record_table', 'power', 240],
    ['CyclingPedalingCadenceRecordTable', 'cycling_pedaling_cadence_record_table', 'revolutions_per_minute', 90],
    ['StepsCadenceRecordTable', 'steps_cadence_record_table', 'rate', 170],
  ];
  const moments: readonly (readonly [string, string, number])[] = [
    ['oxygen_saturation_record_table', 'percentage', 97],
    ['respiratory_rate_record_table', 'rate', 14.5],
    ['resting_heart_rate_record_table', 'beats_per_minute', 48],
    ['heart_rate_variability_rmssd_record_table', 'heart_rate_variability_millis', 55],
    ['blood_glucose_record_table', 'level', 5.5],
  ];
  const { records } = await readExport(t, (database) => {
    for (const [i, [table, child, column, value]] of samples.entries()) {
      const span = { start_time: minute(1), end_time: minute(2) };
      insert(database, table, { ...ids(100 + i), ...span });
      insert(database, child, { parent_key: 100 + i, [column]: value, epoch_millis: minute(1) });
    }
    for (const [i, [table, column, value]] of moments.entries()) {
      insert(database, table, { ...ids(200 + i), time: minute(1), [column]: value });
    }
  });
  const read = records.flatMap(({ content, startMs }) => {
    if (content.kind === 'workout' || startMs !== minute(1)) return [];
    return [[content.measure, content.kind === 'samples' ? content.values[0] : content.value]];
  });
  assert.deepEqual(Object.fromEntries(read), {
    ...{ speed: 3.5, power: 240, spo2: 97, respiration_rate: 14.5, resting_heart_rate: 48, hrv_rmssd: 55 },
    ...{ blood_glucose: 5.5, cadence: 85 },
  });
});

test('of tables that are not as they were known to be nothing is taken, and their rows are told', async (t) => {
  const { findings, records } = await readExport(t, (database) => {
    database.exec('ALTER TABLE weight_record_table RENAME COLUMN weight TO mass');
    database.exec('ALTER TABLE heart_rate_record_series_table RENAME COLUMN beats_per_minute TO bpm');
    database.exec('CREATE TABLE symptom_record_table (row_id INTEGER PRIMARY KEY, what TEXT)');
    database.exec("INSERT INTO symptom_record_table (what) VALUES ('a'), ('b')");
    // A column that is computed as the file says, and a view, under names that are known.
    database.exec('ALTER TABLE distance_record_table RENAME COLUMN distance TO way');
    database.exec('ALTER TABLE distance_record_table ADD COLUMN distance AS (way * 2)');
    database.exec('ALTER TABLE steps_record_table RENAME TO steps');
    database.exec('CREATE VIEW steps_record_table AS SELECT * FROM steps');
  });
  const notTaken = { ...{ weight_record_table: 1, heart_rate_record_table: 1, symptom_record_table: 2 } };
  assert.deepEqual(findings, {
    ...{ records: 2, workouts: 1, damage: [] },
    notTaken: { ...notTaken, distance_record_table: 1, sleep_session_record_table: 1 },
  });
  assert.deepEqual(
    records.map(({ content }) => (content.kind === 'workout' ? 'workout' : content.measure)),
    ['active_energy', 'workout'],
  );
});

test('records without a known app, a UUID or a time in reason are broken, and the others stand', async (t) => {
  const { findings } = await readExport(t, (database) => {
    const cells = { time: minute(1), weight: 70_000, device_info_id: 1 };
    insert(database, 'weight_record_table', { row_id: 20, uuid: uuidBytes(20), app_info_id: 77, ...cells });
    insert(database, 'weight_record_table', { row_id: 21, uuid: 'text', app_info_id: 1, ...cells });
    insert(database, 'weight_record_table', { row_id: 22, uuid: uuidBytes(22), app_info_id: 1, ...cells, weight: 'x' });
    insert(database, 'weight_record_table', { row_id: 23, uuid: uuidBytes(23), app_info_id: 1, ...cells, time: 9e15 });
    insert(database, 'weight_record_table', { row_id: 24, uuid: uuidBytes(24), app_info_id: 1, ...cells, time: null });
  });
  assert.deepEqual(
    [findings.records, findings.damage],
    [
      7,
      [
        { reason: 'impossible_time', count: 2 },
        { reason: 'impossible_value', count: 4 },
      ],
    ],
  );
});

test('a database in WAL mode opens without its other files, and stays as it is', async (t) => {
  const file = join(await scratch(t), 'wal.db');
  createHealthConnectDatabase(file, (database) => database.exec('PRAGMA journal_mode = WAL'));
  const before = await readFile(file);
  assert.equal((await readFileOf(file)).findings.records, 7);
  assert.deepEqual(await readFile(file), before);
});

test('what is no database, one of another program, and cells beyond measure are refused', async (t) => {
  const file = join(await scratch(t), 'none.db');
  await writeFile(file, 'SQLite format 3\0 and then nothing of it'.padEnd(4_096, 'x'));
  await assert.rejects(readFileOf(file), refusedFor('bad_database'));
  await assert.rejects(
    readExport(t, (database) => database.exec('DROP TABLE application_info_table')),
    refusedFor('bad_database', /which apps wrote it/),
  );
  await assert.rejects(
    readExport(t, (database) =>
      database.exec('UPDATE application_info_table SET package_name = hex(zeroblob(1000000)) || row_id'),
    ),
    refusedFor('bad_database', /too big/),
  );
  await assert.rejects(
    readExport(t, (database) => database.exec('UPDATE steps_record_table SET count = 9007199254740993')),
    refusedFor('bad_database', /too large/),
  );
});

test('whatever the bytes of a database are, it is read or refused, and nothing else happens', async (t) => {
  const folder = await scratch(t);
  const whole = join(folder, 'whole.db');
  createHealthConnectDatabase(whole);
  const bytes = await readFile(whole);
  const file = join(folder, 'damaged.db');
  const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(changes, fc.nat(bytes.length), fc.boolean(), async (changed, length, isCut) => {
      const damaged = Buffer.from(bytes);
      // The pages with rows of few tables are hit less often than the schema is, by chance alone.
      for (const [at, value] of changed) damaged[at % 3 === 0 ? at % 4_096 : at] = value;
      await writeFile(file, isCut ? damaged.subarray(0, length) : damaged);
      try {
        const { findings } = await readFileOf(file);
        assert.ok(findings.records > 0);
      } catch (error) {
        assert.ok(error instanceof RefusedFileError, String(error));
      }
    }),
    { numRuns: 150 },
  );
});
