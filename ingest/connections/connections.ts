import { randomUUID } from 'node:crypto';
import type { Bus, Subscription } from '../../runtime/bus.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Names } from '../../schemas/names.ts';
import { parseJson } from '../../schemas/parse-json.ts';
import type { RefusedReason } from '../../schemas/reasons.ts';
import type { Identity } from '../auth/authenticator.ts';
import { createAddresses } from './addresses.ts';
import type { ConnectionLimits } from './limits.ts';

/** An authenticated connection. `client` tells the connections of one device apart; the same one takes over. */
export interface LiveConnection {
  /** Of a token that is no device's, a name that no device can have. */
  readonly device: string;
  readonly isDevice: boolean;
  readonly client: string;
  close(reason: RefusedReason): void;
}

/** One socket's place among all of the process. */
export interface Place {
  /** Once, when the device is known. Takes over an older connection of the same client, here or in another process. */
  admit(connection: LiveConnection): RefusedReason | null;
  /** Bytes came before a good token; a reason to close when there were too many of them from the address. */
  unauthenticatedBytes(bytes: number): RefusedReason | null;
  /** What became of the token. One that nobody could check speaks neither for the address nor against it. */
  checked(outcome: Identity | RefusedReason): void;
  /** Once, when the socket is gone. */
  leave(): void;
}

/** All connections of a process, over every protocol: who may still come, and who takes over from whom. */
export interface Connections {
  /** A reason when there is no room for another socket, or none from this address. */
  arrive(remoteAddress: string): Place | RefusedReason;
  readonly total: number;
  /** Remote addresses that are remembered. */
  readonly addresses: number;
  stop(): void;
}

export function createConnections({
  limits,
  bus,
  names,
  clock,
  log,
}: {
  limits: ConnectionLimits;
  bus: Bus;
  names: Names;
  clock: Clock;
  log: Logger;
}): Connections {
  const instance = randomUUID();
  const byDevice = new Map<string, LiveConnection[]>();
  const addresses = createAddresses({ limits, clock });
  let total = 0;
  let unauthenticated = 0;

  // One subscription for all devices: a process with 10,000 of them would otherwise hold 10,000 subscriptions.
  const subscription: Subscription = bus.subscribe(names.takeover('*'), ({ subject, data }) => {
    const device = subject.slice(names.takeover('').length);
    const said = parseTakeover(data);
    if (said === null) return log.warn({ subject }, 'a takeover message could not be read');
    if (said.instance !== instance) takeOver(device, said.client);
  });

  function takeOver(device: string, client: string): void {
    const older = byDevice.get(device)?.find((one) => one.client === client);
    if (!older) return;
    remove(older);
    older.close('taken_over');
  }

  function remove(connection: LiveConnection): void {
    const rest = byDevice.get(connection.device)?.filter((one) => one !== connection) ?? [];
    if (rest.length > 0) byDevice.set(connection.device, rest);
    else byDevice.delete(connection.device);
  }

  function admit(connection: LiveConnection): RefusedReason | null {
    const { device, client } = connection;
    takeOver(device, client);
    const present = byDevice.get(device) ?? [];
    const most = connection.isDevice ? limits.maxConnectionsPerDevice : limits.maxConnectionsPerToken;
    if (present.length >= most) return 'too_many_connections';
    byDevice.set(device, [...present, connection]);
    bus.publish(names.takeover(device), Buffer.from(JSON.stringify({ instance, client })));
    return null;
  }

  return {
    arrive(remoteAddress) {
      if (total >= limits.maxConnections || unauthenticated >= limits.maxUnauthenticated) return 'too_many_connections';
      const address = addresses.arrive(remoteAddress);
      if (typeof address === 'string') return address;
      total += 1;
      unauthenticated += 1;
      let admitted: LiveConnection | null = null;
      let isKnown = false;
      return {
        admit(connection) {
          const refused = admit(connection);
          if (refused !== null) return refused;
          admitted = connection;
          isKnown = true;
          unauthenticated -= 1;
          return null;
        },
        unauthenticatedBytes: (bytes) => address.unauthenticatedBytes(bytes),
        checked(outcome) {
          if (typeof outcome !== 'string' || outcome === 'revocations_unknown') address.authenticated();
        },
        leave() {
          address.leave();
          total -= 1;
          if (!isKnown) unauthenticated -= 1;
          if (admitted) remove(admitted);
        },
      };
    },
    get total() {
      return total;
    },
    get addresses() {
      return addresses.count;
    },
    stop: () => subscription.stop(),
  };
}

function parseTakeover(data: Uint8Array): { instance: string; client: string } | null {
  const { instance, client } = (parseJson(data) ?? {}) as Record<string, unknown>;
  return typeof instance === 'string' && typeof client === 'string' ? { instance, client } : null;
}
