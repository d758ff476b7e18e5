import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { CHANNELS } from '../schemas/channels.ts';
import { fitCrc } from './fit/fit-crc.ts';
import { createTestFit } from './fit/fit-for-tests.ts';
import { type FileOutcome, MAX_FILE_BYTES, readActivityFile } from './read-activity-file.ts';
import { FILE_REASONS } from './reasons.ts';
import { MAX_SAMPLES } from './series.ts';
import { writeActivityFile } from './write-activity-file.ts';

const limits = { maxBytes: MAX_FILE_BYTES, nowMs: Date.UTC(2026, 0, 1) };
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(`../test/fixtures/${name}`, import.meta.url)));
const small = bytesOf('corrupt-crc.fit');
const ride = bytesOf('ride-indoor.fit');
const gpx = bytesOf('ride-cerknicko-jezero.gpx');
const indoor = await readActivityFile(ride, limits);
assert.ok(indoor.kind === 'read');
const [tcx, csv, parquet] = (['tcx', 'csv', 'parquet'] as const).map((format) => {
  const bytes = writeActivityFile(indoor.activities[0], format);
  assert.ok(bytes !== null);
  return bytes;
});

/** Whatever the bytes are: samples that keep every rule, or a reason of the table. */
function assertTyped(outcome: FileOutcome): void {
  if (outcome.kind === 'refused') {
    assert.equal(FILE_REASONS[outcome.reason].outcome, 'refused');
    return;
  }
  assert.ok(outcome.activities.length > 0);
  for (const { samples, damage, sessions } of outcome.activities) {
    assert.ok(sessions.length > 0);
    for (const { reason, count } of damage) assert.ok(FILE_REASONS[reason].outcome === 'damage' && count > 0);
    const { timesMs, columns } = samples;
    assert.ok(timesMs.length > 0 && Object.keys(columns).length > 0);
    for (let i = 1; i < timesMs.length; i++) assert.ok(timesMs[i] > timesMs[i - 1]);
    for (const [name, { values, missing }] of Object.entries(columns)) {
      const { min, max } = CHANNELS.find((channel) => channel.name === name)!;
      assert.deepEqual([values.length, missing.length], [timesMs.length, timesMs.length]);
      values.forEach((value, row) => {
        assert.ok(missing[row] === 1 || (value >= min && value <= max), `${name} ${value}`);
      });
    }
  }
}

const rowsOf = (outcome: FileOutcome) =>
  outcome.kind === 'read' ? outcome.activities.reduce((sum, { samples }) => sum + samples.timesMs.length, 0) : 0;

test('a FIT file cut anywhere gives the samples before the cut, and says that it was cut', async () => {
  let before = 0;
  for (let length = 0; length < small.length; length++) {
    const outcome = await readActivityFile(small.subarray(0, length), limits);
    assertTyped(outcome);
    const rows = rowsOf(outcome);
    assert.ok(rows >= before, `${length} bytes give ${rows} rows, fewer bytes gave ${before}`);
    if (outcome.kind === 'read') assert.equal(outcome.activities[0].damage[0].reason, 'truncated');
    before = rows;
  }
  assert.equal(before, 14);
});

test('a GPX file cut anywhere gives the points before the cut, and says that it was cut', async () => {
  let before = 0;
  for (let length = 0; length < gpx.length; length += 211) {
    const outcome = await readActivityFile(gpx.subarray(0, length), limits);
    assertTyped(outcome);
    assert.ok(rowsOf(outcome) >= before);
    before = rowsOf(outcome);
    if (outcome.kind === 'read') {
      assert.ok(outcome.activities.at(-1)!.damage.some(({ reason }) => reason === 'truncated'));
    }
  }
  assert.ok(before > 290);
});

test('no damaged bytes make a reader throw, hang or give what breaks a rule', async () => {
  const flip = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
  const damages = fc.record({
    file: fc.constantFrom(small, ride, gpx, tcx, csv, parquet),
    flips: fc.array(flip, { minLength: 1, maxLength: 20 }),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(damages, async ({ file, flips, cut }) => {
      const bytes = file.slice(0, Math.ceil(file.length * (1 - cut / 4)));
      for (const { at, byte } of flips) bytes[at % bytes.length] = byte;
      assertTyped(await readActivityFile(bytes, limits));
    }),
    { numRuns: 300 },
  );
});

test('random bytes behind the beginning of each format are refused or read', async () => {
  const heads = [
    Uint8Array.of(14, 32, 0, 8, 0xff, 0xff, 0, 0, 0x2e, 0x46, 0x49, 0x54, 0, 0),
    Buffer.from('<?xml version="1.0"?><gpx><trk><trkseg>'),
    Buffer.from('<TrainingCenterDatabase><Activities><Activity>'),
    Uint8Array.of(0x1f, 0x8b),
    Buffer.from('time,heart_rate\n'),
    Buffer.from('PAR1'),
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 400 }), async (head, rest) => {
      assertTyped(await readActivityFile(Buffer.concat([head, rest]), limits));
    }),
    { numRuns: 300 },
  );
});

/** The same file with a right checksum again, so that nothing tells of the change but the change. */
function sealed(bytes: Uint8Array): Uint8Array {
  const end = bytes.length - 2;
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(end, fitCrc(bytes, 0, end), true);
  return bytes;
}

test('chained FIT files are activities of their own, and a damaged one does not touch the others', async () => {
  const whole = sealed(small.slice());
  const chained = await readActivityFile(Buffer.concat([whole, whole, ride]), limits);
  assert.ok(chained.kind === 'read');
  assert.deepEqual(
    chained.activities.map(({ samples, damage }) => [samples.timesMs.length, damage]),
    [
      [14, []],
      [14, []],
      [2263, []],
    ],
  );
  const nonsense = whole.slice();
  nonsense.fill(0xff, 300, 340);
  const mixed = await readActivityFile(Buffer.concat([whole, nonsense, Buffer.from('and more')]), limits);
  assert.ok(mixed.kind === 'read');
  assert.deepEqual(mixed.activities[0].damage, []);
  const last = mixed.activities[mixed.activities.length - 1];
  assert.deepEqual(
    last.damage.map(({ reason }) => reason).filter((reason) => reason !== 'no_session'),
    ['bad_checksum', 'unreadable', 'trailing_bytes'],
  );
});

test('XML that defines entities, nests without end or holds no activity is refused with its reason', async () => {
  const laugh = '<!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>';
  const point = '<trkpt lat="1" lon="2"><time>2024-01-01T00:00:00Z</time></trkpt>';
  const cases: [string, string][] = [
    [`<?xml version="1.0"?>${laugh}<gpx><trk><trkseg>${point}</trkseg></trk></gpx>`, 'xml_doctype'],
    [`<gpx>${'<a>'.repeat(100_000)}`, 'xml_too_deep'],
    ['<gpx><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>', 'route_without_times'],
    ['<gpx><rte><rtept lat="1" lon="2"/></rte></gpx>', 'route_without_times'],
    ['<gpx></gpx>', 'no_samples'],
    ['<gpx><trk', 'bad_xml'],
    ['<TrainingCenterDatabase><Courses><Course/></Courses></TrainingCenterDatabase>', 'not_an_activity'],
    [
      '<TrainingCenterDatabase><Activities><Activity Sport="Running"/></Activities></TrainingCenterDatabase>',
      'no_samples',
    ],
  ];
  for (const [text, reason] of cases) {
    const outcome = await readActivityFile(Buffer.from(text), limits);
    assert.equal(outcome.kind === 'refused' ? outcome.reason : outcome.kind, reason, text.slice(0, 80));
    assert.deepEqual((await readActivityFile(gzipSync(text), limits)).kind, 'refused');
  }
});

test('wrong times are left out or sorted, and counted', async () => {
  const point = (time: string, ele: number) =>
    `<trkpt lat="1" lon="2"><ele>${ele}</ele>${time && `<time>${time}</time>`}</trkpt>`;
  const points = [
    point('2024-05-01T10:00:00Z', 1),
    point('2024-05-01T10:00:02Z', 3),
    point('2024-05-01T10:00:01Z', 2),
    point('2024-05-01T12:00:02+02:00', 99),
    point('', 98),
    point('1970-01-01T00:00:00Z', 97),
    point('2124-05-01T10:00:03Z', 96),
    point('2004-05-01T10:00:03Z', 95),
    point('yesterday', 94),
  ];
  const text = `<gpx><trk><trkseg>${points.join('')}</trkseg></trk></gpx>`;
  const outcome = await readActivityFile(Buffer.from(text), limits);
  assert.ok(outcome.kind === 'read');
  const [{ samples, damage }] = outcome.activities;
  const startMs = Date.UTC(2024, 4, 1, 10);
  assert.deepEqual([...samples.timesMs], [startMs, startMs + 1_000, startMs + 2_000]);
  assert.deepEqual([...samples.columns.altitude.values], [10, 20, 30]);
  assert.deepEqual(damage, [
    { reason: 'missing_time', count: 2 },
    { reason: 'impossible_time', count: 3 },
    { reason: 'times_out_of_order', count: 2 },
    { reason: 'repeated_time', count: 1 },
  ]);
});

test('a day at ten samples a second is read; more samples than an activity may have are refused', async () => {
  const fileOf = (records: number) => {
    const fit = createTestFit();
    fit.define(0, 20, [
      [253, 'uint32'],
      [3, 'uint8'],
    ]);
    for (let i = 0; i < records; i++) fit.data(0, 1_000_000_000 + i, 120);
    return fit.finish();
  };
  const day = await readActivityFile(fileOf(864_000), limits);
  assert.equal(rowsOf(day), 864_000);
  const outcome = await readActivityFile(fileOf(MAX_SAMPLES + 1), limits);
  assert.equal(outcome.kind === 'refused' && outcome.reason, 'too_many_samples');
});
