import type { Bus } from '../../runtime/bus.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Priorities } from '../../runtime/priorities.ts';
import type { Names } from '../../schemas/names.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Intake } from '../intake.ts';
import type { ReadForwarder } from '../races/forward-reads.ts';
import type { RaceBoards } from '../races/race-boards.ts';
import type { Connections } from './connections.ts';
import type { FrontEndCounts } from './counts.ts';
import type { ConnectionLimits } from './limits.ts';

/** What the connections of every protocol work with. */
export interface FrontEndDeps {
  readonly intake: Intake;
  readonly authenticator: Authenticator;
  readonly connections: Connections;
  readonly limits: ConnectionLimits;
  readonly counts: FrontEndCounts;
  readonly priorities: Priorities;
  readonly raceBoards: RaceBoards;
  readonly reads: ReadForwarder;
  readonly bus: Bus;
  readonly names: Names;
  readonly clock: Clock;
  readonly log: Logger;
}
