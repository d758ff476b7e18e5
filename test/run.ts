/**
 * `npm test`: runs `*.test.ts` files, several at once, each in a process of its own with a bound on its time, and ends
 * with the slowest files and one line of totals. Exit code 1 when a test failed, a file hung or held no test, or
 * nothing ran at all. A live file that failed is run once more, alone, and the end says that it was.
 * `npm test -- ingest runtime/clock --unit` runs a part.
 */
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob, relative, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { run } from 'node:test';
import { spec, type TestEvent } from 'node:test/reporters';
import { describeOptions } from '../runtime/option-text.ts';
import { defineOptions, OptionError, readOptions } from '../runtime/options.ts';
import {
  describeCosts,
  type FileCost,
  inOrder,
  keepCosts,
  readCosts,
  readCpuSeconds,
  writeCosts,
} from './costs/costs.ts';
import { inPlaces } from './costs/places.ts';
import { type FileRun, failuresOf, hasFailed, mayRunAgain } from './second-chance.ts';
import { createTestCount } from './test-count.ts';

const table = defineOptions({
  files: { type: 'list', positional: true, description: 'Parts of paths, or glob patterns; all files without any.' },
  live: { type: 'boolean', description: 'Only tests that start real engines (*.live.test.ts).' },
  unit: { type: 'boolean', description: 'Only tests that need nothing outside their process.' },
  once: { type: 'boolean', description: 'Run no file again that failed: for whoever hunts a rare failure.' },
  explore: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 1_000,
    unit: 'times',
    description:
      'So many times the runs of each property, with new seeds; 0 keeps to the one seed that is always the same.',
  },
  concurrency: {
    type: 'integer',
    default: 3,
    min: 1,
    max: 64,
    unit: 'count',
    description: 'Files at once; a few files count twice. Of files that start engines it is one more, for they wait.',
  },
  keepCosts: { type: 'boolean', description: 'Write the list of slow files that is kept in the repository.' },
  fileTimeoutMs: { type: 'integer', default: 900_000, min: 1, unit: 'ms', description: 'Longest time for one file.' },
  root: { type: 'string', default: resolve(import.meta.dirname, '..'), description: 'Folder whose tests run.' },
});

/**
 * Tests start processes by the hundred and judge no time. So what Node has compiled is kept for the next process,
 * which then starts in two thirds of the time; and QuestDB's Java compiles fast instead of well: a start costs half.
 */
const ENVIRONMENT: NodeJS.ProcessEnv = {
  NODE_COMPILE_CACHE: resolve(import.meta.dirname, '../node_modules/.cache/compiled'),
  JAVA_TOOL_OPTIONS: '-XX:TieredStopAtLevel=1',
  ...process.env,
};

function findFiles(root: string, patterns: readonly string[], kind: 'unit' | 'live' | 'all'): string[] {
  const isLive = (file: string) => file.endsWith('.live.test.ts');
  const exclude = (entry: string) => /^(node_modules|\..+)$/.test(entry.split('/').at(-1)!);
  const all = globSync('**/*.test.ts', { cwd: root, exclude }).sort();
  const chosen = new Set<string>();
  if (patterns.length === 0) for (const file of all) chosen.add(file);
  for (const pattern of patterns) {
    const local = relative(root, resolve(pattern));
    const matching = all.filter((file) => file.includes(pattern) || file === local || matchesGlob(file, pattern));
    if (matching.length === 0) throw new OptionError(`no test file matches "${pattern}"`);
    for (const file of matching) chosen.add(file);
  }
  const asked = [...chosen].filter((file) => kind === 'all' || isLive(file) === (kind === 'live'));
  return inOrder(
    asked.map((file) => resolve(root, file)),
    root,
    readCosts(root),
  );
}

interface Running {
  readonly timeoutMs: number;
  readonly stop: AbortSignal;
  /** Of Node, for the process of a file. */
  readonly execArgv: readonly string[];
}

async function runFile(file: string, { timeoutMs, stop, execArgv }: Running): Promise<TestEvent[]> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const events: TestEvent[] = [];
  const signal = AbortSignal.any([late.signal, stop]);
  for await (const event of run({ files: [file], concurrency: false, signal, execArgv, env: ENVIRONMENT })) {
    // Totals of one file are left out: those of all files come at the end.
    const isTotal =
      event.type === 'test:summary' || (event.type === 'test:diagnostic' && event.data.file === undefined);
    if (!isTotal) events.push(event);
  }
  clearTimeout(timer);
  if (late.signal.aborted) events.push(note(file, `${file} was ended because it took longer than ${timeoutMs} ms`));
  return events;
}

function note(file: string, message: string): TestEvent {
  return { type: 'test:stderr', data: { file, message: `${message}\n` } };
}

async function main(argv: readonly string[]): Promise<number> {
  const read = readOptions(table, { argv, env: {} });
  const { files: patterns, live, unit, once, explore, concurrency, fileTimeoutMs, root, keepCosts: isKept } = read;
  const files = findFiles(root, patterns, live === unit ? 'all' : live ? 'live' : 'unit');
  const startedMs = performance.now();
  const count = createTestCount();
  const reporter = new PassThrough({ objectMode: true });
  const printed = new Promise((done) => reporter.pipe(new spec()).on('end', done).pipe(process.stdout, { end: false }));

  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const properties = new URL('./properties/preload.ts', import.meta.url);
  if (explore > 0) properties.searchParams.set('times', String(explore));
  const costDir = mkdtempSync(join(tmpdir(), 'slipstream-test-costs-'));
  const costs = new URL('./costs/preload.ts', import.meta.url);
  costs.searchParams.set('to', costDir);
  const execArgv = [properties, costs].map(({ href }) => `--import=${href}`);
  const running = { timeoutMs: fileTimeoutMs, stop: stop.signal, execArgv };
  // A file's events stay together, else the report of files that run at once would be mixed up.
  function report({ file, events }: FileRun): void {
    for (const event of events) {
      count.add(event, file);
      reporter.write(event);
    }
  }
  const failed: FileRun[] = [];
  const secondsOf = new Map<string, number>();
  async function runOne(file: string): Promise<void> {
    const fromMs = performance.now();
    const ran = { file, events: await runFile(file, running) };
    secondsOf.set(file, (performance.now() - fromMs) / 1_000);
    if (hasFailed(ran)) failed.push(ran);
    else report(ran);
  }
  const moreForLive = concurrency > 1 ? 1 : 0;
  await inPlaces(files, { places: concurrency, moreForLive, stop: stop.signal }, runOne);

  const unsteady: string[] = [];
  const again = once || stop.signal.aborted ? [] : mayRunAgain(failed);
  for (const first of failed) {
    if (!again.includes(first)) {
      report(first);
      continue;
    }
    const { file } = first;
    const name = relative(root, file);
    reporter.write(
      note(file, [`${name} failed and is run again; first it failed with`, ...failuresOf(first)].join('\n')),
    );
    const second = { file, events: await runFile(file, running) };
    report(second);
    if (!hasFailed(second)) unsteady.push(name);
  }

  const cpuOf = readCpuSeconds(costDir);
  rmSync(costDir, { recursive: true });
  const ran: Record<string, FileCost> = {};
  for (const [file, seconds] of secondsOf) ran[relative(root, file)] = { seconds, cpuSeconds: cpuOf.get(file) ?? 0 };
  writeCosts(root, ran);
  if (isKept) keepCosts(root);

  const totals = count.totals();
  for (const file of count.empty(files)) reporter.write(note(file, `no test ran in ${relative(root, file)}`));
  totals.failed += count.empty(files).filter((file) => !count.failedAsWhole(file)).length;
  const tookMs = performance.now() - startedMs;
  reporter.end(summary(totals, tookMs));
  await printed;
  for (const line of describeCosts(ran, tookMs / 1_000)) process.stdout.write(`${line}\n`);
  for (const name of unsteady) process.stdout.write(`${name} failed at first and passed when it ran again, alone\n`);
  process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
  return totals.passed + totals.failed === 0 || totals.failed > 0 || stop.signal.aborted ? 1 : 0;
}

/** The event that makes the reporter list what failed. */
function summary({ passed, failed, skipped }: { passed: number; failed: number; skipped: number }, durationMs: number) {
  const tests = passed + failed + skipped;
  const counts = { tests, passed, failed, skipped, cancelled: 0, suites: 0, todo: 0, topLevel: tests };
  const data = { file: undefined, counts, duration_ms: durationMs, success: failed === 0 };
  return { type: 'test:summary', data };
}

try {
  const argv = process.argv.slice(2);
  if (argv.includes('--help')) process.stdout.write(describeOptions(table, { command: 'npm test --' }));
  // A file that hung may have left handles of ours open, so the end is said, not waited for.
  else process.exit(await main(argv));
} catch (err) {
  if (!(err instanceof OptionError)) throw err;
  process.stderr.write(`${err.message}\n`);
  process.exit(2);
}
