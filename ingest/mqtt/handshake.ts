import { randomUUID } from 'node:crypto';
import type { ConnectionLimits } from '../connections/limits.ts';
import type { Connect, ConnectRefusal, Version } from './packets.ts';
import { TOPIC_ALIAS_MAXIMUM } from './publish-reader.ts';

const MAX_CLIENT_ID_LENGTH = 128;
/** A CONNACK with everything in it, or a PUBACK with its reason, has less. */
const MIN_CLIENT_PACKET_BYTES = 128;

/** What a CONNECT asks for, as far as the server goes along with it. */
export interface Session {
  readonly version: Version;
  readonly clientId: string;
  readonly user: string | null;
  readonly token: string;
  /** How long the connection may be silent: one and a half keep-alives (MQTT-3.1.2-22). */
  readonly idleMs: number;
  /** The client's own maximum packet size; Infinity without one. */
  readonly maxPacketBytes: number;
  /** MQTT 5: the client wants to read reason strings. */
  readonly withReasonStrings: boolean;
  /** Goes into the CONNACK. */
  readonly properties: Record<string, unknown> | undefined;
}

const refuse = (reason: ConnectRefusal['reason'], codeV5: number, codeV4: number): ConnectRefusal => ({
  reason,
  codeV5,
  codeV4,
});

/**
 * Sessions end with their connection: nothing is kept for a device that is away, so a session is never present, an
 * expiry is answered with 0, and a will is accepted and not published (said in the reason string). What a will or a
 * session would need for certain, retaining and QoS 2, is refused.
 */
export function openSession(connect: Connect, limits: ConnectionLimits): Session | ConnectRefusal {
  const version = connect.protocolVersion === 5 ? 5 : 4;
  const asked = connect.properties ?? {};
  // MQTT 5, 3.1.2.11: every property but the user's may come once; mqtt-packet makes a list of it.
  if (Object.values(asked).some(Array.isArray)) return refuse('protocol_error', 0x82, 2);
  // MQTT 5, 4.12: no authentication but the token in the password.
  if (asked.authenticationMethod !== undefined) return refuse('not_supported', 0x8c, 5);
  if (asked.receiveMaximum === 0 || asked.maximumPacketSize === 0) return refuse('protocol_error', 0x82, 2);
  // MQTT-3.1.2-24: it may not be sent what it needs to hear.
  if ((asked.maximumPacketSize ?? Number.POSITIVE_INFINITY) < MIN_CLIENT_PACKET_BYTES) {
    return refuse('packet_too_large', 0x95, 2);
  }
  if (version === 5 && connect.will?.qos === 2) return refuse('not_supported', 0x9b, 5);
  if (version === 5 && connect.will?.retain) return refuse('not_supported', 0x9a, 5);
  if (connect.clientId.length > MAX_CLIENT_ID_LENGTH) return refuse('malformed_packet', 0x85, 2);
  // MQTT-3.1.3-8: an empty id comes with a clean session.
  if (connect.clientId === '' && version === 4 && !connect.clean) return refuse('malformed_packet', 0x85, 2);
  const clientId = connect.clientId || randomUUID();
  const keepAlive = keepAliveOf(connect, version, limits);
  return {
    version,
    clientId,
    user: connect.username ?? (connect.clientId || null),
    token: connect.password?.toString('utf8') ?? '',
    idleMs: keepAlive.seconds * 1_500,
    maxPacketBytes: asked.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    withReasonStrings: version === 5 && asked.requestProblemInformation !== false,
    properties:
      version === 5
        ? {
            ...(asked.sessionExpiryInterval ? { sessionExpiryInterval: 0 } : {}),
            receiveMaximum: limits.maxInFlightFrames,
            maximumQoS: 1,
            retainAvailable: false,
            maximumPacketSize: limits.maxPacketBytes,
            ...(connect.clientId === '' ? { assignedClientIdentifier: clientId } : {}),
            topicAliasMaximum: TOPIC_ALIAS_MAXIMUM,
            subscriptionIdentifiersAvailable: false,
            sharedSubscriptionAvailable: false,
            ...(keepAlive.isOurs ? { serverKeepAlive: keepAlive.seconds } : {}),
            ...(connect.will ? { reasonString: 'wills are not published' } : {}),
          }
        : undefined,
  };
}

/** MQTT 5 can be told of a shorter keep-alive; MQTT 3.1.1 keeps the one it asked for, which its 16 bits bound. */
function keepAliveOf(connect: Connect, version: Version, limits: ConnectionLimits) {
  const asked = connect.keepalive ?? 0;
  const most = Math.floor(limits.maxKeepAliveMs / 1000);
  const isOurs = asked === 0 || (version === 5 && asked > most);
  return { seconds: isOurs ? most : asked, isOurs };
}
