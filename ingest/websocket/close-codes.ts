import { CLOSE_CODE } from '../../runtime/sockets/socket-server.ts';
import type { RefusedReason } from '../../schemas/reasons.ts';

/**
 * The close code says roughly, the reason beside it exactly: come back at once (1001), later (1013), with a smaller
 * message (1009), with a mended client (1002), or see the reason (1008).
 */
const CODES: Partial<Record<RefusedReason, number>> = {
  draining: CLOSE_CODE.goingAway,
  malformed_packet: CLOSE_CODE.protocolError,
  protocol_error: CLOSE_CODE.protocolError,
  not_supported: CLOSE_CODE.protocolError,
  receive_maximum_exceeded: CLOSE_CODE.protocolError,
  packet_too_large: CLOSE_CODE.tooBig,
  too_many_connections: CLOSE_CODE.tryAgainLater,
  too_many_from_address: CLOSE_CODE.tryAgainLater,
  connecting_too_often: CLOSE_CODE.tryAgainLater,
  too_many_failures: CLOSE_CODE.tryAgainLater,
  revocations_unknown: CLOSE_CODE.tryAgainLater,
  stream_full: CLOSE_CODE.tryAgainLater,
  stream_unavailable: CLOSE_CODE.tryAgainLater,
  overloaded: CLOSE_CODE.tryAgainLater,
};

export function closeCode(reason: RefusedReason): number {
  return CODES[reason] ?? CLOSE_CODE.policyViolation;
}
