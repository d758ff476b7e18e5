import type { Outcome } from '../../runtime/device-client/connection.ts';
import { isForLater, REASONS, type Reason } from '../../schemas/reasons.ts';

export const KEEP_ALIVE_S = 60;

const REFUSED_CODES = new Set([0x80, 0x83, 0x88, 0x89, 0x8b, 0x97]);

/**
 * The outcome that an MQTT 5 PUBACK tells (3.4.2.1). The reason string holds the reason's name where the server may
 * send one; a bare code is a refusal where it says that trying again can help, else a dead letter.
 */
export function outcomeOfPuback(code: number, reasonString: string | undefined): Outcome {
  if (code < 0x80) return { kind: 'acknowledged', reason: null };
  if (reasonString !== undefined && reasonString in REASONS) {
    const reason = reasonString as Reason;
    return isForLater(reason) ? { kind: 'refused', reason } : { kind: 'acknowledged', reason };
  }
  if (REFUSED_CODES.has(code)) return { kind: 'refused', reason: `0x${code.toString(16)}` };
  return { kind: 'acknowledged', reason: 'unnamed' };
}
