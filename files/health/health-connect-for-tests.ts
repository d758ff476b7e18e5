import { DatabaseSync } from 'node:sqlite';

const RECORD = `row_id INTEGER PRIMARY KEY, uuid BLOB UNIQUE NOT NULL, last_modified_time INTEGER,
  client_record_id TEXT, client_record_version TEXT, device_info_id INTEGER, app_info_id INTEGER,
  recording_method INTEGER, dedupe_hash BLOB UNIQUE`;
const MOMENT = `time INTEGER, zone_offset INTEGER, local_date INTEGER,
  local_date_time INTEGER AS (time + 1000 * zone_offset)`;
const INTERVAL = `start_time INTEGER, start_zone_offset INTEGER, end_time INTEGER, end_zone_offset INTEGER,
  local_date INTEGER, local_date_time_start_time INTEGER AS (start_time + 1000 * start_zone_offset)`;

const moment = (table: string, columns: string) => `CREATE TABLE ${table} (${RECORD}, ${MOMENT}, ${columns});`;
const interval = (table: string, columns: string) =>
  `CREATE TABLE ${table} (${RECORD}, ${INTERVAL}${columns === '' ? '' : `, ${columns}`});`;
const series = (table: string, samples: string, column: string) =>
  `${interval(table, '')} CREATE TABLE ${samples} (parent_key INTEGER NOT NULL, ${column}, epoch_millis INTEGER,
    FOREIGN KEY (parent_key) REFERENCES ${table} (row_id) ON DELETE CASCADE);`;

/** As Android 16 makes it, but for the tables of which we want none. */
const SCHEMA = [
  'CREATE TABLE android_metadata (locale TEXT);',
  `CREATE TABLE application_info_table (row_id INTEGER PRIMARY KEY, package_name TEXT NOT NULL UNIQUE, app_name TEXT,
    app_icon BLOB, record_types_used TEXT);`,
  'CREATE TABLE device_info_table (row_id INTEGER PRIMARY KEY, manufacturer TEXT, model TEXT, device_type INTEGER);',
  series('heart_rate_record_table', 'heart_rate_record_series_table', 'beats_per_minute INTEGER'),
  series('SpeedRecordTable', 'speed_record_table', 'speed REAL'),
  series('PowerRecordTable', 'power_record_table', 'power REAL'),
  series('CyclingPedalingCadenceRecordTable', 'cycling_pedaling_cadence_record_table', 'revolutions_per_minute REAL'),
  series('StepsCadenceRecordTable', 'steps_cadence_record_table', 'rate REAL'),
  moment('oxygen_saturation_record_table', 'percentage REAL'),
  moment('respiratory_rate_record_table', 'rate REAL'),
  interval('steps_record_table', 'count INTEGER'),
  interval('distance_record_table', 'distance REAL'),
  interval('active_calories_burned_record_table', 'energy REAL'),
  interval('total_calories_burned_record_table', 'energy REAL'),
  moment('resting_heart_rate_record_table', 'beats_per_minute INTEGER'),
  moment('heart_rate_variability_rmssd_record_table', 'heart_rate_variability_millis REAL'),
  moment('weight_record_table', 'weight REAL'),
  moment('blood_glucose_record_table', 'specimen_source INTEGER, level REAL'),
  interval('sleep_session_record_table', 'notes TEXT, title TEXT'),
  interval('exercise_session_record_table', 'notes TEXT, exercise_type INTEGER, title TEXT, has_route INTEGER'),
  `CREATE TABLE exercise_route_table (parent_key INTEGER NOT NULL, timestamp_millis INTEGER NOT NULL,
    longitude REAL NOT NULL, latitude REAL NOT NULL, horizontal_accuracy REAL NOT NULL, vertical_accuracy REAL NOT NULL,
    altitude REAL NOT NULL);`,
  `CREATE TABLE exercise_laps_table (parent_key INTEGER NOT NULL, lap_start_time INTEGER NOT NULL,
    lap_end_time INTEGER NOT NULL, lap_length REAL);`,
  `CREATE TABLE exercise_segments_table (parent_key INTEGER NOT NULL, segment_start_time INTEGER NOT NULL,
    segment_end_time INTEGER NOT NULL, segment_type INTEGER NOT NULL, repetitions_count INTEGER NOT NULL);`,
].join('\n');

/** Begin of the run of {@link createHealthConnectDatabase}. */
export const RUN_START_MS = Date.UTC(2026, 10, 30, 7);
const MINUTE_MS = 60_000;
const RUN = { start_time: RUN_START_MS, end_time: RUN_START_MS + 30 * MINUTE_MS };
/** What Android writes where nothing was measured. */
const NOTHING = 5e-324;

export const uuidBytes = (n: number) => Buffer.from(n.toString(16).padStart(32, '0'), 'hex');

type Cells = Readonly<Record<string, number | string | Uint8Array | null>>;

export function insert(database: DatabaseSync, table: string, cells: Cells): void {
  const names = Object.keys(cells);
  const marks = names.map(() => '?').join(', ');
  database.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`).run(...Object.values(cells));
}

/**
 * A `health_connect_export.db` with a run of half an hour that a watch recorded (a minute of pause, a lap, three points
 * of its route), steps that a phone counted beside it, a morning's weight, and a night's sleep, which we do not keep.
 */
export function createHealthConnectDatabase(file: string, more: (database: DatabaseSync) => void = () => undefined) {
  const database = new DatabaseSync(file);
  database.exec(SCHEMA);
  insert(database, 'application_info_table', { row_id: 1, package_name: 'com.example.watch', app_name: 'Watch' });
  insert(database, 'application_info_table', { row_id: 2, package_name: 'com.example.phone', app_name: 'Phone' });
  insert(database, 'device_info_table', { row_id: 1, manufacturer: null, model: null, device_type: 0 });
  insert(database, 'device_info_table', { row_id: 2, manufacturer: 'Example', model: 'W2', device_type: 1 });
  let rows = 0;
  const record = (table: string, cells: Cells) => {
    rows++;
    const ids = { row_id: rows, uuid: uuidBytes(rows) };
    insert(database, table, { ...ids, app_info_id: 1, device_info_id: 2, ...cells });
    return rows;
  };
  const heart = record('heart_rate_record_table', RUN);
  for (const [minute, bpm] of [
    [6, 999],
    [5, 150],
    [4, 148],
  ]) {
    const epoch_millis = RUN_START_MS + minute * MINUTE_MS;
    insert(database, 'heart_rate_record_series_table', { parent_key: heart, beats_per_minute: bpm, epoch_millis });
  }
  record('distance_record_table', { ...RUN, distance: 5_000 });
  record('active_calories_burned_record_table', { ...RUN, energy: 312_000 });
  record('steps_record_table', { ...RUN, count: 4_800, app_info_id: 2, device_info_id: 1 });
  record('weight_record_table', { time: RUN_START_MS - 60 * MINUTE_MS, weight: 72_500 });
  record('sleep_session_record_table', { start_time: RUN_START_MS - 600 * MINUTE_MS, end_time: RUN_START_MS });
  const session = record('exercise_session_record_table', { ...RUN, exercise_type: 33, has_route: 1 });
  const [from, to] = [10, 11].map((minute) => RUN_START_MS + minute * MINUTE_MS);
  const segment = { segment_start_time: from, segment_end_time: to, segment_type: 67, repetitions_count: 0 };
  insert(database, 'exercise_segments_table', { parent_key: session, ...segment });
  for (const [start, end] of [
    [0, 15],
    [15, 30],
  ]) {
    const [lap_start_time, lap_end_time] = [start, end].map((minute) => RUN_START_MS + minute * MINUTE_MS);
    insert(database, 'exercise_laps_table', { parent_key: session, lap_start_time, lap_end_time });
  }
  for (const second of [2, 0, 1]) {
    insert(database, 'exercise_route_table', {
      ...{ parent_key: session, timestamp_millis: RUN_START_MS + second * 1_000, latitude: 48.2 + second * 1e-4 },
      ...{ longitude: 16.3, altitude: second === 0 ? NOTHING : 180 },
      ...{ horizontal_accuracy: 4, vertical_accuracy: NOTHING },
    });
  }
  more(database);
  database.close();
}
