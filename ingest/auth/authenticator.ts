import type { TokenRole } from '../../runtime/token.ts';
import type { RefusedReason } from '../../schemas/reasons.ts';

/** Whom a connection belongs to, once its token is checked. */
export interface Identity {
  readonly role: TokenRole;
  /** The device's id; for an operator the person's name, for an organiser and a feed the organiser's. */
  readonly subject: string;
  /** Of another role than a device's, a name that no device can have: that of the token, behind a tilde. */
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
  /** Tokens of other roles than a device's are good too. */
  readonly admitsAll?: boolean;
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
