import type { TestEvent } from 'node:test/reporters';
import { createTestCount } from './test-count.ts';

/** One run of one test file. */
export interface FileRun {
  readonly file: string;
  readonly events: readonly TestEvent[];
}

/** More files than this do not fail by a busy machine, and running them again would only take time. */
const MAX_FILES = 4;
/** What these find may be lost data under a fault that was drawn: once is enough to be true. */
const NEVER = ['test/faults.live.test.ts'];

/**
 * Tests on real engines wait with a bound, and a machine that is busy with something else can make any bound too short.
 * So a live file that failed may be run once more, alone, after all others; that it failed before is said beside the
 * totals. A unit test gets no second run: it has nothing to wait for, and a property that fails once is false.
 */
export function mayRunAgain(failed: readonly FileRun[]): FileRun[] {
  const live = failed.filter(
    ({ file }) => file.endsWith('.live.test.ts') && !NEVER.some((name) => file.endsWith(name)),
  );
  return live.length > MAX_FILES ? [] : live;
}

export function hasFailed({ file, events }: FileRun): boolean {
  const count = createTestCount();
  for (const event of events) count.add(event, file);
  return count.totals().failed > 0 || count.empty([file]).length > 0;
}

/** The tests that failed, each with its error, for somebody who wants to know what a second run hid. */
export function failuresOf({ events }: FileRun): string[] {
  return events.flatMap((event) => {
    if (event.type !== 'test:fail' || event.data.todo !== undefined) return [];
    const { error } = event.data.details;
    const cause = error.cause instanceof Error ? error.cause : error;
    return [`${event.data.name}: ${cause.stack ?? cause.message}`];
  });
}
