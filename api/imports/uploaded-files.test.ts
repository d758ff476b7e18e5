import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { UPLOAD_LIMITS, type UploadLimits } from '../../schemas/upload-limits.ts';
import { zipOf } from './imports-for-tests.ts';
import { RefusedUploadError } from './refused-upload.ts';
import { shownName, type UploadedFile, uploadedFiles } from './uploaded-files.ts';

const fixture = (name: string) => readFileSync(new URL(`../../test/fixtures/${name}`, import.meta.url));
const FIT = fixture('ride-edge810-power.fit');
const GPX = Buffer.from('<?xml version="1.0"?><gpx version="1.1"></gpx>');
const SMALL: UploadLimits = {
  ...{ maxParts: 5, maxPartBytes: 1_000_000, maxFiles: 3, maxFileBytes: 200_000, maxBytes: 300_000 },
};

type Part = { name: string; bytes: Buffer };

async function read(parts: Part[], limits: UploadLimits = UPLOAD_LIMITS): Promise<UploadedFile[]> {
  async function* given() {
    yield* parts;
  }
  const files: UploadedFile[] = [];
  for await (const file of uploadedFiles(given(), limits)) files.push(file);
  return files;
}

const outcomes = (files: UploadedFile[]) => files.map(({ name, refused }) => [name, refused]);
const refusedFor = (reason: string) => (error: unknown) =>
  error instanceof RefusedUploadError && error.reason === reason;

test('what a file is its contents say, whatever its name says', async () => {
  const parts = [
    { name: 'holiday.jpg', bytes: FIT },
    { name: 'ride.fit', bytes: Buffer.from('MZ no ride at all') },
    { name: 'track.txt', bytes: GPX },
    { name: 'packed.gz', bytes: gzipSync(FIT) },
    { name: 'table.csv', bytes: Buffer.from('time,heart_rate\n') },
  ];
  const files = await read(parts);
  assert.deepEqual(outcomes(files), [
    ['holiday.jpg', null],
    ['ride.fit', 'unknown_format'],
    ['track.txt', null],
    ['packed.gz', null],
    ['table.csv', 'unknown_format'],
  ]);
  assert.deepEqual(Buffer.from(files[3].bytes!), FIT, 'packed or not, it is the same file');
});

test('a zip is as good as its files, in any script, without folders and what systems leave beside them', async () => {
  const zip = await zipOf([
    { name: 'Läufe/Früh 🏃.fit', bytes: FIT },
    { name: 'ריצה.gpx', bytes: GPX },
    { name: '__MACOSX/._ride.fit', bytes: Buffer.from('x') },
    { name: 'Läufe/.DS_Store', bytes: Buffer.from('x') },
    { name: 'inner.zip', bytes: await zipOf([{ name: 'a.fit', bytes: FIT }]) },
  ]);
  assert.deepEqual(outcomes(await read([{ name: 'all.zip', bytes: zip }])), [
    ['Früh 🏃.fit', null],
    ['ריצה.gpx', null],
    ['inner.zip', 'unknown_format'],
  ]);
});

test("the zip of Apple's Health app stays packed, whatever it unpacks to, and its size counts as it is", async () => {
  const records = { name: 'apple_health_export/export.xml', bytes: Buffer.alloc(1_000_000, ' ') };
  const zip = await zipOf([records, { name: 'apple_health_export/export_cda.xml', bytes: Buffer.from('<x/>') }]);
  const [file, ...others] = await read([{ name: 'export.zip', bytes: zip }], SMALL);
  assert.deepEqual([file.name, file.unpackedBytes, file.refused, others], ['export.zip', zip.length, null, []]);
  assert.deepEqual(Buffer.from(file.bytes!), zip);
  const [large] = await read([{ name: 'export.zip', bytes: zip }], { ...SMALL, maxFileBytes: 100 });
  assert.deepEqual([large.refused, large.bytes], ['file_too_large', null]);
});

test("the zip of Android's Health Connect stays packed too, and a database among activity files is none", async () => {
  const database = { name: 'health_connect_export.db', bytes: Buffer.alloc(1_000_000, 'SQLite format 3') };
  const zip = await zipOf([database]);
  const [file] = await read([{ name: 'Health Connect.zip', bytes: zip }], SMALL);
  assert.deepEqual([file.name, file.unpackedBytes, file.refused], ['Health Connect.zip', zip.length, null]);
  const mixed = await zipOf([
    { name: 'a.gpx', bytes: GPX },
    { name: 'health_connect_export.db', bytes: Buffer.from('SQLite format 3') },
  ]);
  assert.deepEqual(outcomes(await read([{ name: 'mixed.zip', bytes: mixed }], SMALL)), [
    ['a.gpx', null],
    ['health_connect_export.db', 'unknown_format'],
  ]);
});

test('what unpacks to more than is allowed is refused before it is unpacked', async () => {
  const zeros = Buffer.alloc(20_000_000);
  const bomb = await zipOf(Array.from({ length: 3 }, (_, i) => ({ name: `${i}.gpx`, bytes: zeros })));
  assert.ok(bomb.length < 100_000);
  await assert.rejects(read([{ name: 'bomb.zip', bytes: bomb }], SMALL), refusedFor('upload_too_large'));
  const [packed] = await read([{ name: 'bomb.gz', bytes: gzipSync(zeros) }], SMALL);
  assert.deepEqual([packed.refused, packed.bytes], ['file_too_large', null]);
  const one = await zipOf([{ name: 'large.gpx', bytes: Buffer.alloc(250_000) }]);
  assert.deepEqual(outcomes(await read([{ name: 'one.zip', bytes: one }], SMALL)), [['large.gpx', 'file_too_large']]);
  // It says that it is small, and is not.
  const liar = Buffer.from(await zipOf([{ name: 'a.gpx', bytes: Buffer.alloc(150_000) }]));
  const central = liar.indexOf('PK\u0001\u0002', 0, 'latin1');
  liar.writeUInt32LE(10, central + 24);
  await assert.rejects(read([{ name: 'liar.zip', bytes: liar }], SMALL), refusedFor('bad_zip'));
});

test('too many files, no file, and a zip that is none are refused as a whole', async () => {
  const four = Array.from({ length: 4 }, (_, i) => ({ name: `${i}.gpx`, bytes: GPX }));
  await assert.rejects(read(four, SMALL), refusedFor('too_many_files'));
  await assert.rejects(
    zipOf(four).then((bytes) => read([{ name: 'z', bytes }], SMALL)),
    refusedFor('too_many_files'),
  );
  await assert.rejects(read([]), refusedFor('no_files'));
  await assert.rejects(
    zipOf([]).then((bytes) => read([{ name: 'z', bytes }])),
    refusedFor('no_files'),
  );
  const climbs = await zipOf([{ name: 'aa/aa/a.gpx', bytes: GPX }]);
  const escaping = Buffer.from(climbs.toString('latin1').replaceAll('aa/aa/', '../../'), 'latin1');
  await assert.rejects(read([{ name: 'escaping.zip', bytes: escaping }]), refusedFor('bad_zip'));
});

test('whatever the bytes of a zip are, they are read or refused, and nothing else happens', async () => {
  const zip = await zipOf([
    { name: 'a.gpx', bytes: GPX },
    { name: 'b.fit', bytes: FIT },
  ]);
  const property = fc.asyncProperty(
    fc.array(fc.tuple(fc.nat(zip.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 }),
    fc.nat(zip.length),
    async (changes, length) => {
      const damaged = Buffer.from(zip);
      // Its end, where the directory is, is hit more often than by chance alone.
      for (const [at, value] of changes) damaged[at % 2 === 0 ? at : zip.length - 1 - (at % 200)] = value;
      const parts = [{ name: 'z', bytes: length % 4 === 0 ? damaged.subarray(0, length) : damaged }];
      try {
        for (const { bytes, refused } of await read(parts, SMALL)) assert.equal(bytes === null, refused !== null);
      } catch (error) {
        assert.ok(error instanceof RefusedUploadError, String(error));
      }
    },
  );
  await fc.assert(property, { numRuns: 200 });
});

test('a name is shown without folders and without signs that cannot be shown', () => {
  assert.equal(shownName('C:\\rides\\früh.fit'), 'früh.fit');
  assert.equal(shownName('../../etc/passwd'), 'passwd');
  assert.equal(shownName('a\u0000\nb\ud800.gpx'), 'ab\ufffd.gpx');
  assert.equal(shownName(''), 'unnamed');
  assert.equal([...shownName('🏃'.repeat(300))].length, 200);
});
