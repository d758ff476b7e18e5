import type { RefusedReason } from '../../schemas/reasons.ts';

/** Whom a connection belongs to, once its token is checked. */
export interface Identity {
  readonly device: string;
  /** '' when the device belongs to nobody. */
  readonly athlete: string;
  readonly tokenId: string;
  readonly issuedMs: number;
  /** Infinity in an open deployment. */
  readonly expiresMs: number;
  /** Only an importer may send `file:` sources. */
  readonly importer: boolean;
}

export interface Credentials {
  /** The MQTT user name (or client id without one); null when only the token tells, as over WebSocket. */
  readonly device: string | null;
  readonly token: string;
}

/** Watches over an open connection; `release` when it is closed. */
export interface Guard {
  release(): void;
}

export interface Authenticator {
  authenticate(credentials: Credentials): Promise<Identity | RefusedReason>;
  /**
   * From now on `end` is called once, with the reason, when the token expires or is revoked. Answers a reason instead
   * when that has happened since `authenticate`.
   */
  guard(identity: Identity, end: (reason: RefusedReason) => void): Guard | RefusedReason;
}
