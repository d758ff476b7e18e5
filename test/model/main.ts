/**
 * Repeats the model test: `node test/model/main.ts --seed 7`, or many seeds from one on: `--seed 1 --seeds 500`. With
 * `--trace` it says what happened when.
 */
import { describeOptions } from '../../runtime/option-text.ts';
import { defineOptions, OptionError, readOptions } from '../../runtime/options.ts';
import { runModel } from './run-model.ts';

const table = defineOptions({
  seed: { type: 'string', default: '1', description: 'What everything follows from.' },
  seeds: { type: 'integer', default: 1, min: 1, unit: 'count', description: 'How many, counting up from a number.' },
  devices: { type: 'integer', default: 4, min: 1, max: 100, unit: 'count', description: 'Devices of a run.' },
  durationS: { type: 'integer', default: 240, min: 10, max: 36_000, unit: 's', description: 'Length of a workout.' },
  trace: { type: 'boolean', description: 'Print what happened to processes, and when.' },
});

async function main(argv: readonly string[]): Promise<number> {
  const { seed, seeds, devices, durationS, trace } = readOptions(table, { argv, env: {} });
  let failed = 0;
  for (let i = 0; i < seeds; i++) {
    const one = i === 0 ? seed : String(Number(seed) + i);
    const startedMs = performance.now();
    const result = await runModel({ seed: one, devices, durationMs: durationS * 1_000 });
    const ms = Math.round(performance.now() - startedMs);
    if (trace) for (const words of result.trace) process.stdout.write(`  ${words}\n`);
    const verdict = result.breaches.length === 0 ? 'kept every promise' : 'BROKE A PROMISE';
    process.stdout.write(`seed ${one}: ${verdict} in ${ms} ms ${JSON.stringify(result.counts)}\n`);
    for (const breach of result.breaches) process.stdout.write(`  ${breach}\n`);
    if (result.breaches.length > 0) failed++;
  }
  if (seeds > 1) process.stdout.write(`${seeds - failed} of ${seeds} seeds kept every promise\n`);
  return failed === 0 ? 0 : 1;
}

try {
  const argv = process.argv.slice(2);
  if (argv.includes('--help')) process.stdout.write(describeOptions(table, { command: 'node test/model/main.ts' }));
  else process.exit(await main(argv));
} catch (err) {
  if (!(err instanceof OptionError)) throw err;
  process.stderr.write(`${err.message}\n`);
  process.exit(2);
}
