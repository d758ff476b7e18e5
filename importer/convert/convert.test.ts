import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MAX_FILE_BYTES, readActivityFile } from '../../files/read-activity-file.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const fixture = (name: string) => fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url));

function run(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), 'slip-convert-'));
  t.after(() => rmSync(dir, { recursive: true }));
  return (...args: string[]) => {
    const argv = [MAIN, ...args, '--out-dir', dir, '--log-level=fatal', '--log-format=json'];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', env: {} });
    return { status, written: stdout.split('\n').filter(Boolean), stderr };
  };
}

test('a FIT file becomes a Parquet file that is the same activity', async (t) => {
  const convert = run(t);
  const { status, written, stderr } = convert(fixture('run-fenix2.fit'), '--to', 'parquet');
  assert.equal(status, 0, stderr);
  const limits = { maxBytes: MAX_FILE_BYTES, nowMs: Date.UTC(2026, 0, 1) };
  const before = await readActivityFile(readFileSync(fixture('run-fenix2.fit')), limits);
  const after = await readActivityFile(readFileSync(written[0]), limits);
  assert.ok(before.kind === 'read' && after.kind === 'read');
  const { ignored: _, ...activity } = before.activities[0];
  assert.deepEqual(after.activities, [{ ...activity, ignored: {} }]);
});

test('nothing is overwritten, and what cannot be converted is said in a line', (t) => {
  const convert = run(t);
  assert.equal(convert(fixture('run-fenix2.fit'), '--to', 'csv').status, 0);
  const again = convert(fixture('run-fenix2.fit'), '--to', 'csv');
  assert.ok(again.status === 1 && again.stderr.includes('EEXIST'), again.stderr);
  const indoor = convert(fixture('ride-indoor.fit'), '--to', 'gpx');
  assert.ok(indoor.status === 1 && indoor.stderr.includes('no sample has a position'), indoor.stderr);
});
