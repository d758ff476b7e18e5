import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { ZipFile } from 'yazl';
import { exportXml, ROUTE_PATH, recordXml } from '../../files/health/apple-export-for-tests.ts';
import type { HealthRow } from '../../files/health/coalesce.ts';
import { createHealthConnectDatabase, RUN_START_MS } from '../../files/health/health-connect-for-tests.ts';
import { healthSource } from '../../files/health/health-source.ts';
import { createManualClock } from '../../runtime/clock.ts';
import type { Connection } from '../../runtime/device-client/connection.ts';
import { kindOf } from '../../schemas/channels.ts';
import { eventOfCode } from '../../schemas/events.ts';
import { columnsOf } from '../../schemas/frame/columns.ts';
import { createFrameDecoder } from '../../schemas/frame/decode.ts';
import { importHealthExport } from './import-export.ts';

const at = (time: string) => Date.parse(`2026-11-30T${time}Z`);
const WATCH = healthSource({ store: 'healthkit', app: 'Ben’s Watch', device: 'Watch6,1' });
const PHONE = healthSource({ store: 'healthkit', app: 'iPhone', device: '' });
const GPX = `<gpx><trk><trkseg>${[0, 1, 2]
  .map((i) => `<trkpt lat="48.${i}" lon="16.3"><ele>180</ele><time>2026-11-30T07:00:0${i}Z</time></trkpt>`)
  .join('')}</trkseg></trk></gpx>`;

interface ReadFrame {
  readonly source: string;
  readonly boot: string;
  readonly timesMs: readonly number[];
  readonly columns: Readonly<Record<string, readonly number[]>>;
}

/** An ingest that takes everything. */
function takingConnection(frames: ReadFrame[]): Connection {
  const decoder = createFrameDecoder();
  return {
    slowUntilMs: 0,
    maxInFlight: 100,
    closed: new Promise(() => undefined),
    async send(bytes: Uint8Array) {
      assert.equal(decoder.decode(bytes, 0, bytes.length), null);
      const { frame } = decoder;
      const present = columnsOf(frame).filter((column) => column.present);
      const columns = Object.fromEntries(
        present.map(({ channel, values }) => [channel.name, [...values.subarray(0, frame.count)]]),
      );
      const boot = `${frame.bootHigh}/${frame.bootLow}`;
      frames.push({ source: frame.source, boot, timesMs: [...frame.timesMs.subarray(0, frame.count)], columns });
      return { kind: 'acknowledged', reason: null };
    },
    cut: () => undefined,
    close: async () => undefined,
  } as unknown as Connection;
}

function importZip(t: TestContext, files: Readonly<Record<string, string>>) {
  const named = Object.entries(files).map(
    ([name, text]) => [`apple_health_export/${name}`, Buffer.from(text)] as const,
  );
  return importEntries(t, Object.fromEntries(named));
}

async function scratch(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'slip-health-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function databaseOf(t: TestContext): Promise<Buffer> {
  const file = join(await scratch(t), 'health.db');
  createHealthConnectDatabase(file);
  return readFile(file);
}

async function importEntries(t: TestContext, entries: Readonly<Record<string, Buffer>>, change = (zip: Buffer) => zip) {
  const dir = await scratch(t);
  const scratchFolder = await scratch(t);
  const zip = new ZipFile();
  for (const [name, bytes] of Object.entries(entries)) zip.addBuffer(bytes, name);
  zip.end();
  const file = join(dir, 'export.zip');
  await writeFile(file, change(await buffer(zip.outputStream)));
  const frames: ReadFrame[] = [];
  const rows: HealthRow[] = [];
  const shares: number[] = [];
  const clock = createManualClock(Date.UTC(2026, 11, 1));
  const verdict = await importHealthExport(file, {
    ...{ athlete: 'ann', maxBytes: 1 << 26 },
    send: {
      ...{ connect: async () => takingConnection(frames), credentials: { device: 'files-ann', token: null } },
      ...{ clock, giveUpMs: 1_000, signal: new AbortController().signal },
    },
    onProgress: (share) => shares.push(share),
    onRows: async (some) => void rows.push(...some),
    scratchFolder,
  });
  assert.deepEqual(await readdir(scratchFolder), [], 'what was unpacked is gone');
  return { verdict, frames, rows, shares };
}

test('what was measured in a workout becomes frames, all else rows, under the same keys again', async (t) => {
  const files = { 'export.xml': exportXml(), 'export_cda.xml': '<x/>', [ROUTE_PATH.slice(1)]: GPX };
  const { verdict, frames, rows, shares } = await importZip(t, files);
  assert.deepEqual(verdict, {
    ...{ kind: 'health', records: 4, workouts: 1, notTaken: { HKQuantityTypeIdentifierFlightsClimbed: 1 } },
    damage: [{ reason: 'impossible_value', count: 1 }],
    span: { startMs: at('07:00:00'), endMs: at('07:30:00') },
    sent: { frames: frames.length, rows: frames.reduce((sum, { timesMs }) => sum + timesMs.length, 0), dead: {} },
  });
  const heart = frames.filter(({ columns }) => 'heart_rate' in columns);
  assert.deepEqual(
    heart.map(({ source, timesMs, columns }) => [source, timesMs, columns.heart_rate]),
    [[WATCH, [at('07:05:00')], [150]]],
  );
  const events = frames.filter(({ source }) => kindOf(source) === 'events');
  assert.deepEqual(
    events.flatMap(({ timesMs, columns }) => timesMs.map((timeMs, i) => [timeMs, eventOfCode(columns.event[i])])),
    [
      [at('07:00:00'), 'start'],
      [at('07:10:00'), 'pause'],
      [at('07:11:00'), 'resume'],
      [at('07:15:00'), 'lap'],
      [at('07:30:00'), 'stop'],
    ],
  );
  const track = frames.filter(({ columns }) => 'latitude' in columns);
  assert.deepEqual(
    track.flatMap(({ timesMs }) => timesMs),
    [at('07:00:00'), at('07:00:01'), at('07:00:02')],
  );
  const counted = frames.filter(({ columns }) => 'distance' in columns).at(-1)!;
  assert.equal(counted.columns.distance.at(-1), Math.round(3.1 * 160_934.4), 'what the watch itself counted, in cm');
  const told = rows.map(({ origin, measure, value }) => [healthSource(origin), measure, Math.round(value)]);
  assert.deepEqual(
    told.sort(),
    [
      ...[
        [WATCH, 'distance', 4_989],
        [WATCH, 'heart_rate', 150],
        [PHONE, 'steps', 6_000],
        [WATCH, 'workout', 0],
      ],
    ].sort(),
  );
  assert.equal(shares.at(-1), 1);
  assert.deepEqual(
    shares,
    shares.toSorted((a, b) => a - b),
    'progress never goes back',
  );
  const again = await importZip(t, files);
  assert.deepEqual(again.frames, frames);
  assert.deepEqual(again.rows, rows);
});

test('of a broken or foreign zip nothing is sent', async (t) => {
  const none = await importZip(t, { 'export.xml': '<HealthData></HealthData>' });
  assert.deepEqual(
    [none.verdict, none.frames, none.rows],
    [{ kind: 'refused', reason: 'no_samples', detail: '' }, [], []],
  );
  const foreign = await importZip(t, { 'notes.txt': 'x' });
  assert.equal(foreign.verdict.kind === 'refused' && foreign.verdict.reason, 'unknown_format');
});

test('a year of heart rates is a row for each hour, and none of it a frame', async (t) => {
  const records: string[] = [];
  for (let minute = 0; minute < 24 * 60; minute += 5) {
    const time = new Date(Date.UTC(2026, 10, 29) + minute * 60_000).toISOString();
    records.push(recordXml('HeartRate', 60, 'count/min', time, time));
  }
  const { frames, rows } = await importZip(t, { 'export.xml': exportXml({ records: records.join('\n') }) });
  const hearts = rows.filter(({ measure, startMs }) => measure === 'heart_rate' && startMs < at('00:00:00'));
  assert.equal(hearts.length, 24);
  assert.equal(frames.filter(({ columns }) => 'heart_rate' in columns).length, 1, 'that of the workout');
});

test('the export of Health Connect is sent and kept as that of Apple is, under the same keys again', async (t) => {
  const entries = { 'health_connect_export.db': await databaseOf(t) };
  const { verdict, frames, rows, shares } = await importEntries(t, entries);
  const end = RUN_START_MS + 1_800_000;
  assert.deepEqual(verdict, {
    ...{ kind: 'health', records: 7, workouts: 1, notTaken: { sleep_session_record_table: 1 } },
    damage: [{ reason: 'impossible_value', count: 1 }],
    span: { startMs: RUN_START_MS - 3_600_000, endMs: end },
    sent: { frames: frames.length, rows: frames.reduce((sum, { timesMs }) => sum + timesMs.length, 0), dead: {} },
  });
  const watch = healthSource({ store: 'health_connect', app: 'com.example.watch', device: 'Example W2' });
  const phone = healthSource({ store: 'health_connect', app: 'com.example.phone', device: '' });
  const ofChannel = (channel: string) => {
    const some = frames.filter(({ columns }) => channel in columns);
    return some.flatMap(({ source, timesMs, columns }) =>
      timesMs.map((timeMs, i) => [source, timeMs, columns[channel][i]]),
    );
  };
  assert.deepEqual(ofChannel('heart_rate'), [
    [watch, RUN_START_MS + 240_000, 148],
    [watch, RUN_START_MS + 300_000, 150],
  ]);
  assert.deepEqual(
    ofChannel('latitude').map(([, timeMs, latitude]) => [timeMs, latitude]),
    [0, 1, 2].map((second) => [RUN_START_MS + second * 1_000, 482_000_000 + second * 1_000]),
  );
  assert.equal(ofChannel('distance').at(-1)?.[2], 500_000, 'what the watch itself counted, in cm');
  assert.deepEqual(
    rows.map(({ origin, measure, value }) => [healthSource(origin), measure, value]).sort(),
    [
      [watch, 'heart_rate', 149],
      [watch, 'distance', 5_000],
      [watch, 'active_energy', 312],
      [watch, 'weight', 72.5],
      [watch, 'workout', 0],
      [phone, 'steps', 4_800],
    ].sort(),
  );
  assert.equal(shares.at(-1), 1);
  const again = await importEntries(t, entries);
  assert.deepEqual([again.frames, again.rows], [frames, rows]);
});

test('a database that is damaged or unpacks to too much is refused, and nothing of it stays', async (t) => {
  const database = await databaseOf(t);
  const refusal = async (bytes: Buffer, change?: (zip: Buffer) => Buffer) => {
    const { verdict, frames, rows } = await importEntries(t, { 'phone/health_connect_export.db': bytes }, change);
    assert.deepEqual([frames, rows], [[], []]);
    return verdict.kind === 'refused' && verdict.reason;
  };
  const saying = (bytes: number) => (zip: Buffer) => {
    zip.writeUInt32LE(bytes, zip.indexOf('PK\u0001\u0002', 0, 'latin1') + 24);
    return zip;
  };
  assert.equal(await refusal(database.subarray(0, 6_000)), 'bad_database');
  assert.equal(await refusal(database, saying(2 ** 30 + 1)), 'file_too_large');
  assert.equal(await refusal(database, saying(10)), 'bad_zip');
  assert.equal(await refusal(Buffer.from('<HealthData/>')), 'bad_database');
});
