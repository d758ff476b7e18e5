import { existsSync, readFileSync } from 'node:fs';
import type { Figure } from './figure.ts';
import type { BenchOptions } from './options.ts';
import { KEPT_FOLDER } from './result.ts';

/** A result file, as far as documents are made from it. */
export interface KeptResult {
  readonly scenario: string;
  readonly startedAt: string;
  readonly commit: string;
  readonly hasLocalChanges: boolean;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryMib: number;
    readonly system: string;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly options: BenchOptions;
  readonly pass: boolean;
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  readonly figures: Readonly<Record<string, Figure>>;
  readonly measured: Readonly<Record<string, unknown>>;
}

const FOLDER = new URL(`results/${KEPT_FOLDER}/`, import.meta.url);

/** The kept result of a scenario; undefined when none was kept yet. */
export function readKept(scenario: string): KeptResult | undefined {
  const file = new URL(`${scenario}.json`, FOLDER);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
