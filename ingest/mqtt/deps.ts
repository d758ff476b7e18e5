import type { Bus } from '../../runtime/bus.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Names } from '../../schemas/names.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Connections } from '../connections/connections.ts';
import type { FrontEndCounts } from '../connections/counts.ts';
import type { ConnectionLimits } from '../connections/limits.ts';
import type { Intake } from '../intake.ts';

/** What every MQTT connection works with. */
export interface MqttDeps {
  readonly intake: Intake;
  readonly authenticator: Authenticator;
  readonly connections: Connections;
  readonly limits: ConnectionLimits;
  readonly counts: FrontEndCounts;
  readonly bus: Bus;
  readonly names: Names;
  readonly clock: Clock;
  readonly log: Logger;
}
