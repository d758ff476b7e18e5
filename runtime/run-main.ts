import { createLog, LOG_FORMATS, LOG_LEVELS, type LogFormat, type Logger } from './log.ts';
import { describeOptions } from './option-text.ts';
import { defineOptions, OptionError, type Options, type OptionTable, readOptions } from './options.ts';
import { createReleaseStack, type ReleaseStack } from './release.ts';
import { EXIT, runProcess, type Service } from './service.ts';

/** The options that every process has. */
export const processOptions = defineOptions({
  logLevel: { type: 'choice', choices: LOG_LEVELS, default: 'info', description: 'Least severe level that is logged.' },
  logFormat: {
    type: 'choice',
    choices: LOG_FORMATS,
    default: 'auto',
    description: 'How log lines look; auto is pretty on a terminal and JSON elsewhere.',
  },
  drainTimeoutMs: {
    type: 'integer',
    default: 10_000,
    min: 0,
    max: 600_000,
    unit: 'ms',
    description: 'Longest wait for work in flight when asked to stop.',
  },
  exitWithParent: {
    type: 'boolean',
    description: 'Stop when the parent process goes away, and leave Ctrl-C to it.',
  },
});

export interface MainContext {
  log: Logger;
  /** What is opened goes here and is closed in reverse order at the end. */
  release: ReleaseStack;
  /** Aborts when the process is asked to end; pass it to slow starts. */
  signal: AbortSignal;
}

export interface MainSettings {
  logTo?: 'stdout' | 'stderr';
  /** What the log format `auto` means here: `pretty` where people read it even through a pipe. */
  autoFormat?: LogFormat;
  /** Bound on what comes after draining, for each step; see `runProcess`. */
  stopTimeoutMs?: number;
}

/**
 * The whole of a `main.ts`: reads the options of `table` and of every process, builds the service with `create`, and
 * runs it to its end (see `runProcess`). `--help` prints and ends with 0; a wrong option prints one message and ends
 * with 2.
 */
export async function runMain<const T extends OptionTable>(
  name: string,
  table: T,
  create: (options: Options<T & typeof processOptions>, context: MainContext) => Promise<Service>,
  { logTo = 'stdout', autoFormat = 'auto', stopTimeoutMs }: MainSettings = {},
): Promise<never> {
  const argv = process.argv.slice(2);
  const whole = defineOptions({ ...table, ...processOptions }) as T & typeof processOptions;
  if (argv.includes('--help')) {
    process.stdout.write(describeOptions(whole, { command: name }));
    process.exit(EXIT.done);
  }
  const options = optionsOrExit(name, whole, argv);
  const { logLevel, logFormat, drainTimeoutMs, exitWithParent } = options as Options<typeof processOptions>;
  const format = logFormat === 'auto' ? autoFormat : logFormat;
  const log = createLog({ name, level: logLevel, format, to: logTo });
  const release = createReleaseStack({ log });
  const code = await runProcess({
    log,
    release,
    drainTimeoutMs,
    stopTimeoutMs,
    exitWithParent,
    create: (signal) => create(options, { log, release, signal }),
  });
  process.exit(code);
}

function optionsOrExit<T extends OptionTable>(name: string, table: T, argv: readonly string[]): Options<T> {
  try {
    return readOptions(table, { argv, env: process.env });
  } catch (err) {
    if (!(err instanceof OptionError)) throw err;
    process.stderr.write(`${name}: ${err.message}\n`);
    return process.exit(EXIT.wrongOptions);
  }
}
