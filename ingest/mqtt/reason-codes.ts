import { REASONS, type Reason } from '../../schemas/reasons.ts';

/**
 * MQTT 5 allows each packet its own set of reason codes, and a client may close the connection over any other one.
 * The table of reasons has one code for each; where a packet may not carry it, the nearest allowed one stands in, and
 * the reason string still has the reason's name.
 */
const UNSPECIFIED = 0x80;

/** MQTT 5, 3.4.2.1 */
const PUBACK_CODES = new Set([0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]);
/** MQTT 5, 3.14.2.1, those that a server may send. */
const DISCONNECT_CODES = new Set([
  0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
  0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
]);
/** MQTT 5, 3.2.2.2 */
const CONNACK_CODES = new Set([
  0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b,
  0x9c, 0x9d, 0x9f,
]);

const INSTEAD_IN_PUBACK: Record<number, number> = { 149: 0x97, 136: 0x97, 139: 0x83, 159: 0x97 };
const INSTEAD_IN_DISCONNECT: Record<number, number> = { 134: 0x87, 136: 0x89 };
const INSTEAD_IN_CONNACK: Record<number, number> = { 139: 0x88, 141: 0x80, 142: 0x80, 147: 0x82 };

function allowed(code: number, codes: ReadonlySet<number>, instead: Record<number, number>): number {
  return codes.has(code) ? code : (instead[code] ?? UNSPECIFIED);
}

export function pubackCode(reason: Reason): number {
  return allowed(REASONS[reason].mqtt, PUBACK_CODES, INSTEAD_IN_PUBACK);
}

export function disconnectCode(reason: Reason): number {
  return allowed(REASONS[reason].mqtt, DISCONNECT_CODES, INSTEAD_IN_DISCONNECT);
}

export function connackCode(reason: Reason): number {
  return allowed(REASONS[reason].mqtt, CONNACK_CODES, INSTEAD_IN_CONNACK);
}

/** MQTT 3.1.1, 3.2.2.3: five ways to say no. */
export function connackReturnCode(reason: Reason): number {
  if (reason === 'bad_token') return 4;
  return REASONS[reason].mqtt === 0x87 ? 5 : 3;
}
