import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { describeCosts, inOrder, keepCosts, readCosts, writeCosts } from './costs.ts';
import { inPlaces } from './places.ts';

const took = (seconds: number, cpuSeconds = seconds / 2) => ({ seconds, cpuSeconds });
const never = new AbortController().signal;

test('unit tests come first, and of each kind the longest; what nobody knows may take five seconds', () => {
  const costs = { 'a.test.ts': took(1), 'b.test.ts': took(9), 'c.live.test.ts': took(80), 'd.live.test.ts': took(90) };
  const files = ['a.test.ts', 'b.test.ts', 'c.live.test.ts', 'd.live.test.ts', 'new.test.ts'].map((one) => `/x/${one}`);
  const order = ['b.test.ts', 'new.test.ts', 'a.test.ts', 'd.live.test.ts', 'c.live.test.ts'].map((one) => `/x/${one}`);
  assert.deepEqual(inOrder(files, '/x', costs), order);
});

test('what files took here goes before what is kept of them, and each run leaves what it knows better', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'slipstream-costs-'));
  t.after(() => rmSync(root, { recursive: true }));
  assert.deepEqual(readCosts(root), {});
  writeCosts(root, { a: took(10), b: took(20) });
  writeCosts(root, { b: took(30) });
  assert.deepEqual(readCosts(root), { a: took(10), b: took(30) });
});

test('the kept list has slow files that are still there, the slowest first, and serves where nothing ran yet', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'slipstream-costs-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const name of ['short', 'slow', 'slower']) writeFileSync(join(root, name), '');
  writeCosts(root, { short: took(4), slow: took(8.4), slower: took(20), gone: took(90) });
  keepCosts(root);
  rmSync(join(root, 'node_modules'), { recursive: true });
  assert.deepEqual(Object.entries(readCosts(root)), [
    ['slower', took(20)],
    ['slow', took(8)],
  ]);
});

test('every file of the kept list is there, and none of it is short', () => {
  const root = resolve(import.meta.dirname, '../..');
  const kept: ReturnType<typeof readCosts> = JSON.parse(
    readFileSync(join(import.meta.dirname, 'slow-files.json'), 'utf8'),
  );
  const gone = Object.keys(kept).filter((file) => !existsSync(join(root, file)));
  assert.deepEqual(gone, [], 'write the list again: node test/run.ts --keep-costs');
  assert.ok(Object.values(kept).every(({ seconds }) => seconds >= 5));
});

test('the end names the ten slowest files, the whole, and that it was too long', () => {
  const ran = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`${i}.test.ts`, took(i)]));
  const lines = describeCosts(ran, 899);
  assert.equal(lines.length, 12);
  assert.equal(lines[1], '  11 s, CPU    6 s  11.test.ts');
  assert.equal(lines[11], 'all of it took 899 s, and 33 s of CPU');
  assert.match(describeCosts(ran, 901)[12], /no longer than 900 s/);
});

/** Begins files, and ends those that a test names; says which were begun. */
function watchPlaces(files: readonly string[], moreForLive = 0) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const all = inPlaces(files, { places: 3, moreForLive, stop: never }, (file) => {
    begun.push(file);
    return new Promise((resolve) => ends.set(file, resolve));
  });
  return {
    begun,
    all,
    async end(file: string) {
      ends.get(file)!();
      await new Promise(setImmediate);
    },
  };
}

const [BENCHMARKS, FAULTS] = ['benchmarks/benchmarks.live.test.ts', 'test/faults.live.test.ts'];

test('no more files run at once than there are places, of which one may take two, and in their order', async () => {
  const files = ['a', 'b', FAULTS, 'c', 'd'];
  const { begun, all, end } = watchPlaces(files);
  assert.deepEqual(begun, ['a', 'b']);
  await end('a');
  assert.deepEqual(begun, files.slice(0, 3));
  await end('b');
  assert.deepEqual(begun, files.slice(0, 4));
  await end(FAULTS);
  assert.deepEqual(begun, files);
  await end('c');
  await end('d');
  await all;
});

test('while one of two places runs, others pass the next one, which begins when it ends', async () => {
  const { begun, all, end } = watchPlaces([BENCHMARKS, 'a', FAULTS, 'b', 'c']);
  assert.deepEqual(begun, [BENCHMARKS, 'a']);
  await end('a');
  assert.deepEqual(begun, [BENCHMARKS, 'a', 'b']);
  await end(BENCHMARKS);
  assert.deepEqual(begun, [BENCHMARKS, 'a', 'b', FAULTS]);
  for (const file of ['b', FAULTS, 'c']) await end(file);
  await all;
  assert.deepEqual(begun, [BENCHMARKS, 'a', 'b', FAULTS, 'c']);
});

test('live files have one place more, which no unit test takes', async () => {
  const files = ['a', 'b', 'c', 'd', 'e.live.test.ts', 'f.live.test.ts', 'g.live.test.ts'];
  const { begun, all, end } = watchPlaces(files, 1);
  assert.deepEqual(begun, files.slice(0, 3));
  await end('a');
  assert.deepEqual(begun, files.slice(0, 5));
  await end('b');
  assert.deepEqual(begun, files.slice(0, 6));
  for (const file of ['c', 'd', 'e.live.test.ts', 'f.live.test.ts', 'g.live.test.ts']) await end(file);
  await all;
  assert.deepEqual(begun, files);
});

test('a run that is stopped begins no other file; with one place even the widest runs', async () => {
  const stop = new AbortController();
  const begun: string[] = [];
  await inPlaces(['test/faults.live.test.ts', 'b', 'c'], { places: 1, stop: stop.signal }, async (file) => {
    begun.push(file);
    if (file === 'b') stop.abort();
  });
  assert.deepEqual(begun, ['test/faults.live.test.ts', 'b']);
});
