import type { TestEvent } from 'node:test/reporters';

/** The part of node:test's `test:pass` and `test:fail` events that counting needs. */
export interface TestResult {
  name: string;
  /** 0 for a test at the top of its file. */
  nesting: number;
  file?: string;
  skip?: string | boolean;
  todo?: string | boolean;
  details: { type?: string; error?: Error & { failureType?: string } };
}

export interface TestTotals {
  passed: number;
  failed: number;
  skipped: number;
}

/** Counts leaf tests: a test that holds others, and a suite, count only when they fail by themselves (a hook, say). */
export interface TestCount {
  /**
   * Takes an event of the run of `file`. A test that a conformance suite declares names the suite's file as its own,
   * so the run says which file it belongs to.
   */
  add(event: TestEvent, file: string): void;
  totals(): TestTotals;
  /** Files of `all` in which no test ran. */
  empty(all: readonly string[]): string[];
  /** Whether the file itself was counted as a failure: it could not be loaded, or was ended. */
  failedAsWhole(file: string): boolean;
}

export function createTestCount(): TestCount {
  const totals: TestTotals = { passed: 0, failed: 0, skipped: 0 };
  const filesWithTests = new Set<string>();
  const failedFiles = new Set<string>();
  /** For each file, the nestings at which a child has reported and its parent has not. */
  const nestingsWithChildren = new Map<string, Set<number>>();

  function count(result: TestResult, file: string, hasPassed: boolean): void {
    const parents = nestingsWithChildren.get(file) ?? new Set<number>();
    nestingsWithChildren.set(file, parents);
    const hasChildren = parents.delete(result.nesting);
    if (result.nesting > 0) parents.add(result.nesting - 1);

    const isGroup = hasChildren || result.details.type === 'suite';
    const isSkipped = result.skip !== undefined || result.todo !== undefined;
    if (isGroup && !isSkipped && (hasPassed || result.details.error?.failureType === 'subtestsFailed')) return;
    // The runner reports a file as a test of its own when nothing in it reported, or when the file itself failed.
    const isFile = result.nesting === 0 && result.name === file;
    if (isFile && hasPassed) return;
    if (isFile) failedFiles.add(file);
    else filesWithTests.add(file);
    if (isSkipped) totals.skipped++;
    else if (hasPassed) totals.passed++;
    else totals.failed++;
  }

  return {
    add(event, file) {
      if (event.type === 'test:pass') count(event.data, file, true);
      else if (event.type === 'test:fail') count(event.data, file, false);
    },
    totals: () => ({ ...totals }),
    failedAsWhole: (file) => failedFiles.has(file),
    empty: (all) => all.filter((file) => !filesWithTests.has(file)),
  };
}
