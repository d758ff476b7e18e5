import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describeRun } from './machine.ts';
import type { BenchOptions } from './options.ts';
import type { Outcome } from './scenario.ts';
import { gradesOf } from './targets.ts';

export interface Run {
  readonly startedAt: Date;
  readonly options: BenchOptions;
  /** Variables under which the processes ran. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly outcome: Outcome;
}

/** The one result of each scenario that documents are generated from stands here, under the scenario's name. */
export const KEPT_FOLDER = 'kept';

/**
 * Writes everything about a run into a new file of `dir`, named for scenario and time, or over the kept one. Answers
 * its path.
 */
export function writeResult(dir: string, { startedAt, options, environment, outcome }: Run): string {
  const { resultsDir: _, ...asked } = options;
  const name = options.keep
    ? `${KEPT_FOLDER}/${options.scenario}.json`
    : `${options.scenario}-${startedAt.toISOString().replaceAll(/[:.]/g, '')}.json`;
  const file = join(dir, name);
  mkdirSync(dirname(file), { recursive: true });
  const figures = outcome.figures ?? {};
  const result = {
    scenario: options.scenario,
    startedAt: startedAt.toISOString(),
    ...describeRun(),
    options: asked,
    environment,
    pass: outcome.reasons.length === 0,
    reasons: outcome.reasons,
    notes: outcome.notes ?? [],
    grades: options.smoke ? [] : gradesOf(options.scenario, figures),
    figures,
    measured: outcome.measured,
  };
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`, { flag: options.keep ? 'w' : 'wx' });
  return relative('', file);
}
