import type { Priority } from '../schemas/priority.ts';
import type { Reason, RefusedReason } from '../schemas/reasons.ts';

/** Per cent of a bound beyond which something happens to whoever has the priority. */
type Rung = Readonly<Record<Priority, number>>;

/**
 * What is done as the stream fills up, because a store behind it is slow or away: first a device is asked to slow
 * down, then it is not let in any more, then its frames are shed. Each rung comes earlier for whoever gives way first,
 * and what is left above the last one is room for what is taken already. At the last rung of a race nothing is taken at
 * all. docs/back-pressure.md has the whole ladder.
 */
export const STREAM_RUNGS = {
  slowDown: { background: 80, live: 80, race: 90 },
  refuse: { background: 85, live: 90, race: 98 },
  shed: { background: 90, live: 95, race: 98 },
} as const satisfies Record<string, Rung>;

/**
 * The same for the frames that wait in memory, in per cent of `maxUnsettledBytes`: first the socket is not read any
 * more, and what still comes (one frame of each socket, or more where reading cannot be held) is shed in the end. The
 * shares leave room for a race beside any number of backlogs, and bound memory whatever the number of connections.
 */
export const MEMORY_RUNGS = {
  stopReading: { background: 50, live: 75, race: 100 },
  shed: { background: 75, live: 100, race: 125 },
} as const satisfies Record<string, Rung>;

const SHED_REASONS = { background: 'shed_background', live: 'shed_live' } as const satisfies Partial<
  Record<Priority, Reason>
>;

/** Giving up a frame of a race makes room for nobody, so that is not shedding: `otherwise` says why it is refused. */
export function shedReason(priority: Priority, otherwise: RefusedReason): Reason {
  return priority === 'race' ? otherwise : SHED_REASONS[priority];
}
