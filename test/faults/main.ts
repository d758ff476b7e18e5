/** Repeats the test on real engines: `node test/faults/main.ts --seed 7`; `--keep-files` to read all logs after. */
import { describeOptions } from '../../runtime/option-text.ts';
import { defineOptions, OptionError, readOptions } from '../../runtime/options.ts';
import { runFaults } from './run-faults.ts';

const table = defineOptions({
  seed: { type: 'string', default: '1', description: 'What devices, their faults and the schedule follow from.' },
  devices: { type: 'integer', default: 72, min: 1, max: 1_000, unit: 'count', description: 'Devices.' },
  durationS: { type: 'integer', default: 600, min: 10, max: 36_000, unit: 's', description: 'Length of a workout.' },
  speed: { type: 'number', default: 8, min: 1, unit: 'times', description: 'How much faster than real time.' },
  keepFiles: { type: 'boolean', description: 'Keep the folder of engines, data and logs.' },
});

async function main(argv: readonly string[]): Promise<number> {
  const { seed, devices, durationS, speed, keepFiles } = readOptions(table, { argv, env: {} });
  const { breaches, summary } = await runFaults({
    seed,
    devices,
    durationMs: durationS * 1_000,
    speed,
    keepsFiles: keepFiles,
  });
  process.stdout.write(summary);
  for (const breach of breaches) process.stdout.write(`  ${breach}\n`);
  process.stdout.write(breaches.length === 0 ? 'kept every promise\n' : 'BROKE A PROMISE\n');
  return breaches.length === 0 ? 0 : 1;
}

try {
  const argv = process.argv.slice(2);
  if (argv.includes('--help')) process.stdout.write(describeOptions(table, { command: 'node test/faults/main.ts' }));
  else process.exit(await main(argv));
} catch (err) {
  if (!(err instanceof OptionError)) throw err;
  process.stderr.write(`${err.message}\n`);
  process.exit(2);
}
