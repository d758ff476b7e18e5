import type { Timer } from '../../runtime/clock.ts';
import type { Priority } from '../../schemas/priority.ts';
import type { FrontEndDeps } from './front-end.ts';

const SWEEP_PERIOD_MS = 500;

/** A connection, as the sweep sees it. */
export interface Swept {
  readonly device: string;
  readonly athlete: string;
  priority: Priority;
  /** Ends what took too long. */
  sweep(nowMs: number): void;
}

/**
 * Looks after all connections of a front end now and then: what took too long, and whose priority an operator changed.
 * So a frame costs no look-up: its connection knows.
 */
export function startSweeping({ clock, priorities }: FrontEndDeps, open: ReadonlySet<Swept>): Timer {
  let heardVersion = priorities.version;
  return clock.setRepeating(() => {
    const nowMs = clock.monotonicMs();
    const isNews = priorities.version !== heardVersion;
    heardVersion = priorities.version;
    for (const connection of open) {
      if (isNews) connection.priority = priorities.of(connection.device, connection.athlete);
      connection.sweep(nowMs);
    }
  }, SWEEP_PERIOD_MS);
}
