import type { Reason } from '../../schemas/reasons.ts';

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
