import { resolve } from 'node:path';
import { createReleaseStack } from '../runtime/release.ts';
import { type MainContext, runMain } from '../runtime/run-main.ts';
import { StartError } from '../runtime/service.ts';
import { EngineError } from '../stack/engine-error.ts';
import { type BenchOptions, benchOptions, MEASURED, SMOKE } from './options.ts';
import { writeResult } from './result.ts';
import { runScenarios } from './run-scenarios.ts';
import { SCENARIO_BY_NAME } from './scenarios.ts';

const say = (text: string) => void process.stdout.write(`${text}\n`);

/** Runs one scenario with everything that it starts, and ends that again. Answers why it did not pass. */
async function runScenario(options: BenchOptions, { log, signal, release: outer }: MainContext): Promise<string[]> {
  const startedAt = new Date();
  const release = createReleaseStack({ log });
  outer.add(options.scenario, () => release.release(), { timeoutMs: 120_000 });
  const scenario = await SCENARIO_BY_NAME[options.scenario]();
  const outcome = await scenario({ options, release, signal, say })
    .catch((err) => {
      throw err instanceof EngineError ? new StartError(err.message) : err;
    })
    // A run that is asked to end is over at once: ending what it started has its own time, on the way out.
    .finally(() => (signal.aborted ? undefined : release.release()));
  // The services read these variables themselves, so a run under them is another one than the defaults.
  const environment = Object.entries(process.env).filter(([name]) => /^SLIPSTREAM_|^UV_|^NODE_OPTIONS/.test(name));
  const file = writeResult(resolve(options.resultsDir), {
    startedAt,
    options,
    environment: Object.fromEntries(environment),
    outcome,
  });
  say([...outcome.lines, `result      ${file}`].join('\n'));
  return [...outcome.reasons];
}

await runMain(
  'npm run bench --',
  benchOptions,
  async (given, context) => {
    const options = given.smoke ? { ...given, ...SMOKE } : given;
    const scenarios = given.all ? MEASURED : [given.scenario];

    async function run(): Promise<void> {
      const reasons = await runScenarios({
        scenarios,
        run: (scenario) => runScenario({ ...options, scenario } as BenchOptions, context),
        say,
        signal: context.signal,
      });
      if (reasons.length > 0) throw new StartError(`not passed: ${reasons.join('; ')}`);
      say('passed');
    }
    return {
      name: 'bench',
      run,
      // A measurement that is cut short says nothing, so there is nothing to finish: the signal ends it.
      drain: async () => undefined,
      stop: async () => undefined,
    };
  },
  // All engines of a run may have to end first, on a machine that is as busy as a benchmark makes it.
  { autoFormat: 'pretty', logTo: 'stderr', stopTimeoutMs: 30_000 },
);
