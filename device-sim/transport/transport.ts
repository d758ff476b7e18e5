import { REASONS, type Reason } from '../../schemas/reasons.ts';

/** What became of one sending. */
export type Outcome =
  /** The server is done with the frame; `reason` when it went to the dead letters (3.1.1 cannot say so). */
  | { readonly kind: 'acknowledged'; readonly reason: Reason | 'unnamed' | null }
  /** Not taken: keep the frame and come back. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The connection ended before an answer: nobody knows. */
  | { readonly kind: 'lost' };

/**
 * One connection of one device. Sendings leave in the order of the calls. When it ends, every sending without an answer
 * settles as lost before `closed` resolves.
 */
export interface Connection {
  /** Sendings that the server lets wait for an answer at once. */
  readonly maxInFlight: number;
  /** Wall time until which the server asked to slow down; 0 when it did not. */
  readonly slowUntilMs: number;
  /** Never rejects. Bytes are not copied before they leave: do not touch them again. */
  send(frame: Uint8Array): Promise<Outcome>;
  /** Resolves, with why in words, when the connection is gone, whoever ended it. */
  readonly closed: Promise<string>;
  /** Says goodbye as the protocol wants it; bounded by the transport's own time limit. */
  close(): Promise<void>;
  /** Ends it at once and without a word, as a lost radio does. */
  cut(): void;
}

export interface Credentials {
  readonly device: string;
  /** Null in an open deployment. */
  readonly token: string | null;
}

/** Throws ConnectError when the server cannot be reached, or does not want the device. */
export type Connect = (credentials: Credentials) => Promise<Connection>;

export class ConnectError extends Error {
  override name = 'ConnectError';
  /** The server will not change its mind: bad, expired or revoked token. */
  readonly isFinal: boolean;

  constructor(message: string, { isFinal = false, cause }: { isFinal?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.isFinal = isFinal;
  }
}

export const CONNECT_TIMEOUT_MS = 10_000;
export const DEFAULT_MAX_IN_FLIGHT = 64;
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
    return REASONS[reason].outcome === 'refused' ? { kind: 'refused', reason } : { kind: 'acknowledged', reason };
  }
  if (REFUSED_CODES.has(code)) return { kind: 'refused', reason: `0x${code.toString(16)}` };
  return { kind: 'acknowledged', reason: 'unnamed' };
}
