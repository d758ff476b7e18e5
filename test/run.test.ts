import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';

const RUN = new URL('./run.ts', import.meta.url).pathname;
const HEAD = `import { test, describe, after } from 'node:test';\n`;

/** Runs the runner over files given by their text. */
function runOver(t: TestContext, files: Record<string, string>, ...argv: string[]) {
  const root = mkdtempSync(join(tmpdir(), 'slipstream-run-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), HEAD + text);
  }
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  return new Promise<{ code: unknown; lastLine: string; output: string; errors: string }>((resolve) => {
    execFile(process.execPath, [RUN, '--root', root, ...argv], { env }, (err, output, errors) => {
      resolve({ code: err?.code ?? 0, lastLine: output.trimEnd().split('\n').at(-1)!, output, errors });
    });
  });
}

test('leaf tests of all files are counted, groups are not', async (t) => {
  const { code, lastLine, output } = await runOver(t, {
    'one.test.ts': `
      test('plain', () => {});
      test('parent', async (t) => { await t.test('child', () => {}); await t.test('other', () => {}); });
      describe('suite', () => { test('inside', () => {}); describe('deep', () => { test('deeper', () => {}); }); });`,
    'folder/two.test.ts': `
      test('left out', { skip: 'no engine' }, () => {});
      describe.skip('left out too', () => { test('never', () => {}); });
      test('later', { todo: true }, () => {});`,
    'node_modules/three.test.ts': `test('not ours', () => { throw new Error(); });`,
  });
  assert.deepEqual([code, lastLine], [0, '5 passed, 0 failed, 3 skipped']);
  assert.match(output, /left out.*no engine/);
});

test('a failing test, a failing hook and a file that cannot be loaded fail the run', async (t) => {
  const { code, lastLine, output } = await runOver(t, {
    'one.test.ts': `
      test('bad', () => { throw new Error('wrong number'); });
      describe('hook', () => { after(() => { throw new Error('not closed'); }); test('good', () => {}); });`,
    'two.test.ts': `import './not-there.ts';`,
  });
  assert.deepEqual([code, lastLine], [1, '1 passed, 3 failed, 0 skipped']);
  assert.match(output, /failing tests:.*wrong number.*not closed/s);
});

test('a file that hangs is ended and counted as failed, with what passed before', async (t) => {
  const files = {
    'hangs.test.ts': `test('quick', () => {}); setInterval(() => {}, 1_000);`,
    'spins.test.ts': `test('spins', () => { for (;;); });`,
  };
  const { code, lastLine, output } = await runOver(t, files, '--file-timeout-ms', '3000');
  assert.deepEqual([code, lastLine], [1, '1 passed, 2 failed, 0 skipped']);
  assert.match(output, /hangs\.test\.ts was ended because it took longer than 3000 ms/);
});

test('a file without tests fails the run, and so does a run without files', async (t) => {
  const empty = await runOver(t, {
    'empty.test.ts': 'void [test, describe, after];',
    'good.test.ts': `test('good', () => {});`,
  });
  assert.deepEqual([empty.code, empty.lastLine], [1, '1 passed, 1 failed, 0 skipped']);
  assert.match(empty.output, /no test ran in empty\.test\.ts/);
  const none = await runOver(t, {});
  assert.deepEqual([none.code, none.lastLine], [1, '0 passed, 0 failed, 0 skipped']);
});

test('parts of paths, patterns and kinds narrow what runs', async (t) => {
  const files = {
    'ingest/a.test.ts': `test('a', () => {});`,
    'ingest/b.live.test.ts': `test('b', () => {}); test('b2', () => {});`,
    'runtime/c.test.ts': `test('c', () => {}); test('c2', () => {}); test('c3', () => {});`,
  };
  const lastLines = async (...argv: string[]) => (await runOver(t, files, ...argv)).lastLine;
  assert.equal(await lastLines('ingest/'), '3 passed, 0 failed, 0 skipped');
  assert.equal(await lastLines('**/c.*', 'ingest/a'), '4 passed, 0 failed, 0 skipped');
  assert.equal(await lastLines('--live'), '2 passed, 0 failed, 0 skipped');
  assert.equal(await lastLines('--unit'), '4 passed, 0 failed, 0 skipped');
  const { code, errors } = await runOver(t, files, 'nowhere');
  assert.deepEqual([code, errors], [2, 'no test file matches "nowhere"\n']);
});

/** Fails the first time it runs, of which it leaves a trace beside it. */
const FAILS_ONCE = `
  import { existsSync, writeFileSync } from 'node:fs';
  const trace = import.meta.filename + '.ran';
  test('steady', () => {});
  test('unsteady', () => {
    const hasRun = existsSync(trace);
    writeFileSync(trace, '');
    if (!hasRun) throw new Error('no answer within 5 s');
  });`;

test('a live file that fails is run once more, which is said with what it failed of', async (t) => {
  const { code, lastLine, output } = await runOver(t, {
    'a.live.test.ts': FAILS_ONCE,
    'b.test.ts': `test('b', () => {});`,
  });
  assert.deepEqual([code, lastLine], [0, '3 passed, 0 failed, 0 skipped']);
  assert.match(output, /is run again; first it failed with\s+unsteady: Error: no answer within 5 s/);
  assert.match(output, /^a\.live\.test\.ts failed at first and passed when it ran again, alone$/m);
});

test('a unit test, what may have lost data, many failures at once, and --once get no second run', async (t) => {
  const unit = await runOver(t, { 'a.test.ts': FAILS_ONCE });
  assert.deepEqual([unit.code, unit.lastLine], [1, '1 passed, 1 failed, 0 skipped']);
  const faults = await runOver(t, { 'test/faults.live.test.ts': FAILS_ONCE });
  assert.deepEqual([faults.code, faults.lastLine], [1, '1 passed, 1 failed, 0 skipped']);
  const names = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}.live.test.ts`);
  const many = await runOver(t, Object.fromEntries(names.map((name) => [name, FAILS_ONCE])));
  assert.deepEqual([many.code, many.lastLine], [1, '5 passed, 5 failed, 0 skipped']);
  const once = await runOver(t, { 'a.live.test.ts': FAILS_ONCE }, '--once');
  assert.deepEqual([once.code, once.lastLine], [1, '1 passed, 1 failed, 0 skipped']);
});

test('a live file that fails twice fails the run, counted once', async (t) => {
  const { code, lastLine } = await runOver(t, {
    'a.live.test.ts': `test('bad', () => { throw new Error('wrong'); });`,
  });
  assert.deepEqual([code, lastLine], [1, '0 passed, 1 failed, 0 skipped']);
});

test('properties run with the same values each time, and with new and more of them to explore', async (t) => {
  const files = {
    'one.test.ts': `
      import fc from 'fast-check';
      test('any', () => {
        const values = [];
        fc.assert(fc.property(fc.nat(), (value) => void values.push(value)), { numRuns: 50 });
        process.stdout.write('values ' + values.join(' ') + '\\n');
      });`,
  };
  const valuesOf = ({ output }: { output: string }) => output.match(/values (.*)/)![1].split(' ');
  const [first, second, explored] = await Promise.all([
    runOver(t, files).then(valuesOf),
    runOver(t, files).then(valuesOf),
    runOver(t, files, '--explore', '3').then(valuesOf),
  ]);
  assert.deepEqual(first, second);
  assert.deepEqual([first.length, explored.length], [50, 150]);
  assert.notDeepEqual(explored.slice(0, 50), first);
});
