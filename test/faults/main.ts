/**
 * Breaks a whole deployment in every way that it promises to survive, and says what became of each promise:
 * `npm run faults`; one of them: `npm run faults -- --only kill-ingest`; at random, two at once: `npm run soak`.
 */
import { spawnSync } from 'node:child_process';
import { describeOptions } from '../../runtime/option-text.ts';
import { defineOptions, OptionError, type Options, readOptions } from '../../runtime/options.ts';
import { EngineError } from '../../stack/engine-error.ts';
import { FAULT_NAMES, FAULTS } from './catalogue.ts';
import { asVerdictTable, inColour } from './report.ts';
import { createResultFile, writeSoakResult } from './result.ts';
import { isKept, runTable } from './run-table.ts';
import { startSession } from './session.ts';
import { runSoak } from './soak.ts';
import { asSoakReport } from './soak-report.ts';

const table = defineOptions({
  seed: { type: 'string', default: '1', description: 'What devices, and what happens to whom when, follow from.' },
  only: {
    type: 'list',
    optional: true,
    description: 'Faults to do, by the names that --list says; all without it.',
  },
  list: { type: 'boolean', description: 'Say what every fault is and what is promised under it, and do none.' },
  soakS: {
    type: 'integer',
    optional: true,
    min: 5,
    max: 86_400,
    unit: 's',
    description:
      'Instead of one after the other: draw faults at random, two at once, while devices send for this long.',
  },
  soakDevices: { type: 'integer', default: 72, min: 1, max: 500, unit: 'count', description: 'Devices of the soak.' },
  soakSpeed: { type: 'number', default: 3, min: 1, unit: 'times', description: 'How fast their workouts are played.' },
  keep: { type: 'boolean', description: 'Keep the result as the one that docs/reliability.md is made from.' },
  keepFiles: { type: 'boolean', description: 'Keep the folder of engines and logs.' },
  disks: {
    type: 'boolean',
    default: true,
    description: 'Give the engines small disks of their own, in a mount namespace; else no disk is ever full.',
  },
  isolated: { type: 'boolean', description: 'It runs in a mount namespace of its own: set by the program itself.' },
});
type Given = Options<typeof table>;

/** A line that stays, and one that the next takes the place of, where somebody watches. */
const CLEAR_LINE = process.stdout.isTTY ? '\r\x1b[2K' : '';
const say = (line: string) => void process.stdout.write(`${CLEAR_LINE}${line}\n`);
const note = (words: string) => {
  if (process.stdout.isTTY) process.stdout.write(`${CLEAR_LINE}${words} …`);
};

async function main(argv: readonly string[]): Promise<number> {
  const given = readOptions(table, { argv, env: {} });
  if (given.list) {
    for (const { name, title, promise } of FAULTS) say(`${name}\n    ${title}: ${promise}`);
    return 0;
  }
  const faults = chosen(given);
  if (given.disks && !given.isolated) return again(argv);
  return given.soakS === undefined ? runAll(given, faults) : soak(given, given.soakS, faults, argv);
}

function chosen({ only, disks }: Given) {
  const unknown = only?.find((name) => !FAULT_NAMES.includes(name));
  if (unknown !== undefined) throw new OptionError(`--only: there is no fault ${unknown}; --list says which there are`);
  return FAULTS.filter(({ name, needsDisks }) => (only?.includes(name) ?? true) && (disks || !needsDisks));
}

async function runAll({ seed, keep, keepFiles, disks }: Given, faults: typeof FAULTS): Promise<number> {
  const startedAt = new Date();
  say(`${faults.length} faults under seed ${seed}; the same again: npm run faults -- --seed ${seed}`);
  const stop = new AbortController();
  process.once('SIGINT', () => {
    say('ending after this fault; once more ends at once');
    stop.abort();
    process.once('SIGINT', () => process.exit(130));
  });
  const { signal } = stop;
  const write = createResultFile({ startedAt, seed, isKept: keep });
  const results = await runTable({
    seed,
    faults,
    hasDisks: disks,
    keepsFiles: keepFiles,
    say,
    note,
    onResult: write.add,
    signal,
  });
  say(`\n${asVerdictTable(results, process.stdout.isTTY)}\n`);
  say(`result      ${write.path}`);
  const broken = results.filter((result) => !isKept(result)).length;
  const verdict = broken === 0 ? `kept every promise under ${results.length} faults` : `BROKE PROMISES under ${broken}`;
  say(inColour(verdict, broken === 0, process.stdout.isTTY));
  return broken === 0 ? 0 : 1;
}

async function soak(given: Given, soakS: number, faults: typeof FAULTS, argv: readonly string[]): Promise<number> {
  const { seed, disks, keep, keepFiles, soakDevices: devices, soakSpeed: speed } = given;
  const startedAt = new Date();
  const same = argv.filter((word) => word !== '--isolated').join(' ');
  say(`${soakS} s of random faults under seed ${seed}; the same again: npm run faults -- ${same}`);
  say('starting engines and services');
  const session = await startSession({ hasDisks: disks, keepsFiles: keepFiles });
  // What was broken so far proves nothing without the grading at the end, so there is nothing to finish.
  process.once('SIGINT', () => {
    say('ending engines and services; nothing was graded');
    void session.end().finally(() => process.exit(130));
  });
  try {
    const random = faults.filter(({ isRandom }) => isRandom);
    const plan = { seed, durationMs: soakS * 1_000, devices, speed, faults: random, say };
    const result = await runSoak(session, plan);
    const { breaches } = result;
    say(`\n${asSoakReport(result)}`);
    say(`result      ${writeSoakResult({ startedAt, isKept: keep }, plan, result)}`);
    for (const breach of breaches) say(`  ${breach}`);
    const isWhole = breaches.length === 0;
    say(inColour(isWhole ? 'kept every promise' : 'BROKE A PROMISE', isWhole, process.stdout.isTTY));
    return isWhole ? 0 : 1;
  } finally {
    await session.end();
  }
}

/** The same once more, in a namespace where it may mount disks that nobody else sees. */
function again(argv: readonly string[]): number {
  const args = ['-Urm', process.execPath, import.meta.filename, ...argv, '--isolated'];
  const { status, error } = spawnSync('unshare', args, { stdio: 'inherit' });
  if (error) throw new OptionError(`${error.message}: without util-linux' unshare, run with --no-disks`);
  return status ?? 1;
}

try {
  const argv = process.argv.slice(2);
  if (argv.includes('--help')) process.stdout.write(describeOptions(table, { command: 'npm run faults --' }));
  else process.exit(await main(argv));
} catch (err) {
  if (!(err instanceof OptionError || err instanceof EngineError)) throw err;
  process.stderr.write(`${err.message}\n`);
  process.exit(2);
}
