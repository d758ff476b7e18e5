import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describeRun } from './machine.ts';
import type { BenchOptions } from './options.ts';
import type { Outcome } from './scenario.ts';

export interface Run {
  readonly startedAt: Date;
  readonly options: BenchOptions;
  /** Variables under which the processes ran. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly outcome: Outcome;
}

/** Writes everything about a run into a new file of `dir`, named for scenario and time, and answers its path. */
export function writeResult(dir: string, { startedAt, options, environment, outcome }: Run): string {
  mkdirSync(dir, { recursive: true });
  const { resultsDir: _, ...asked } = options;
  const file = join(dir, `${options.scenario}-${startedAt.toISOString().replaceAll(/[:.]/g, '')}.json`);
  const result = {
    scenario: options.scenario,
    startedAt: startedAt.toISOString(),
    ...describeRun(),
    options: asked,
    environment,
    pass: outcome.reasons.length === 0,
    reasons: outcome.reasons,
    measured: outcome.measured,
  };
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`, { flag: 'wx' });
  return relative('', file);
}
