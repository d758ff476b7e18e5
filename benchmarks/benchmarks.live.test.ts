import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { MEASURED } from './options.ts';
import { TARGETS } from './targets.ts';

const MAIN = resolve(import.meta.dirname, 'main.ts');
const SMALL = [
  ...['--warm-up-s=1', '--ramp-s=1', '--measure-s=3', '--devices=6', '--loads=2'],
  ...['--offered-samples-per-s=2000', '--required-samples-per-s=0'],
];
const dir = mkdtempSync(join(tmpdir(), 'slipstream-bench-test-'));
after(() => rmSync(dir, { recursive: true, force: true }));

/** A run with its own folder for temporary files, so that whatever it leaves behind is seen. */
function bench(name: string, args: readonly string[]) {
  const temporary = mkdtempSync(join(dir, `${name}-`));
  const resultsDir = join(dir, `${name}-results`);
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...args, `--results-dir=${resultsDir}`], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const said = Promise.withResolvers<void>();
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('measuring')) said.resolve();
    });
  }
  const ended = once(child, 'close').then(([code]) => {
    said.reject(new Error(`it ended before it measured:\n${output}`));
    return code as number | null;
  });
  return { child, ended, measuring: said.promise, resultsDir, temporary, output: () => output };
}

/** Processes whose command line names `folder`, as every engine's and service's does. */
function processesOn(folder: string): string[] {
  const commandOf = (pid: string): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return ''; // it ended meanwhile
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandOf)
    .filter((command) => command.includes(folder));
}

test('a small run counts every acknowledged sample in both stores, says so in a file, and leaves nothing', async () => {
  const run = bench('small', SMALL);
  run.measuring.catch(() => undefined); // the exit code below says it better
  assert.equal(await run.ended, 0, run.output());
  const [file, ...others] = readdirSync(run.resultsDir);
  assert.deepEqual(others, []);
  const result = JSON.parse(readFileSync(join(run.resultsDir, file), 'utf8'));
  assert.deepEqual(
    { scenario: result.scenario, pass: result.pass, reasons: result.reasons, dead: result.measured.dead },
    { scenario: 'end-to-end', pass: true, reasons: [], dead: 0 },
  );
  const { expectedRows, rows, stores, cpuUsPerSample, loads } = result.measured;
  assert.ok(expectedRows > 0);
  assert.deepEqual(rows, { questdb: expectedRows, clickhouse: expectedRows });
  assert.deepEqual(Object.keys(stores), ['questdb', 'clickhouse']);
  assert.deepEqual(Object.keys(cpuUsPerSample).sort(), [
    ...['api', 'bench', 'clickhouse', 'ingest', 'load-1', 'load-2', 'nats-server', 'processors', 'questdb'],
  ]);
  assert.equal(loads.length, 2);
  assert.deepEqual(readdirSync(run.temporary), []);
  assert.deepEqual(processesOn(run.temporary), []);
});

test('each scenario behind the documents runs, counts right, says so in a file, and leaves nothing', async () => {
  const run = bench('smoke', ['--all', '--smoke']);
  run.measuring.catch(() => undefined); // not every scenario says that it measures; the exit code says how it went
  assert.equal(await run.ended, 0, run.output());
  const results = readdirSync(run.resultsDir).map((file) =>
    JSON.parse(readFileSync(join(run.resultsDir, file), 'utf8')),
  );
  assert.deepEqual(
    results.map(({ scenario, pass, reasons, grades }) => ({ scenario, pass, reasons, grades })),
    [...MEASURED].sort().map((scenario) => ({ scenario, pass: true, reasons: [], grades: [] })),
  );
  const { turns } = results.find(({ scenario }) => scenario === 'whole-path').measured;
  for (const { samples, load } of [...turns.ten, ...turns.one]) assert.equal(samples, load.samplesAcknowledged);
  for (const { scenario, figures, notes } of results) {
    for (const target of TARGETS.filter((one) => one.scenario === scenario)) {
      const isLeftOut = target.figure.endsWith('Ratio') && notes.some((note: string) => note.startsWith('without '));
      if (!isLeftOut) assert.ok(figures[target.figure]?.value > 0, `${scenario} has no ${target.figure}`);
    }
  }
  assert.deepEqual(readdirSync(run.temporary), []);
  assert.deepEqual(processesOn(run.temporary), []);
});

test('Ctrl-C in the middle of a run leaves no process and no folder', async () => {
  const run = bench('cut', ['--warm-up-s=0', '--measure-s=300', ...SMALL.slice(3)]);
  await run.measuring;
  assert.notDeepEqual(processesOn(run.temporary), []);
  run.child.kill('SIGINT');
  assert.equal(await run.ended, 0, run.output());
  assert.deepEqual(readdirSync(run.temporary), []);
  assert.deepEqual(processesOn(run.temporary), []);
});
