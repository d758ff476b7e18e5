import { resolve } from 'node:path';
import { runMain } from '../runtime/run-main.ts';
import { StartError } from '../runtime/service.ts';
import { EngineError } from '../stack/engine-error.ts';
import { benchOptions } from './options.ts';
import { writeResult } from './result.ts';
import { SCENARIO_BY_NAME } from './scenario.ts';

const say = (text: string) => void process.stdout.write(`${text}\n`);

await runMain(
  'npm run bench --',
  benchOptions,
  async (options, { release, signal }) => {
    async function run(): Promise<void> {
      const startedAt = new Date();
      const outcome = await SCENARIO_BY_NAME[options.scenario]({ options, release, signal, say }).catch((err) => {
        throw err instanceof EngineError ? new StartError(err.message) : err;
      });
      // The services read these variables themselves, so a run under them is another one than the defaults.
      const environment = Object.entries(process.env).filter(([name]) => /^SLIPSTREAM_|^UV_|^NODE_OPTIONS/.test(name));
      const file = writeResult(resolve(options.resultsDir), {
        startedAt,
        options,
        environment: Object.fromEntries(environment),
        outcome,
      });
      say([...outcome.lines, `result      ${file}`].join('\n'));
      if (outcome.reasons.length > 0) throw new StartError(`not passed: ${outcome.reasons.join('; ')}`);
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
  { autoFormat: 'pretty', logTo: 'stderr' },
);
