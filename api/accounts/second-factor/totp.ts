import { Secret, TOTP } from 'otpauth';

/** What every authenticator app takes (RFC 6238, with the defaults of the otpauth address). */
export const TOTP_SETTINGS = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** Clocks of phones are a little off: a code of the step before or after is taken as well (RFC 6238, 5.2). */
const TOLERANCE_STEPS = 1;
const SECRET_BYTES = 20;

interface Settings {
  readonly algorithm: 'SHA1' | 'SHA256' | 'SHA512';
  readonly digits: number;
  /** Seconds. */
  readonly period: number;
}

/** 160 random bits as base32, as long as the hash (RFC 4226, 4). */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** The code of a moment. */
export function totpCode(secret: string, atMs: number, settings: Settings = TOTP_SETTINGS): string {
  return TOTP.generate({ ...settings, secret: Secret.fromBase32(secret), timestamp: atMs });
}

/** Of which step of time a code is, counted from 1970; null when it is of none that is near. */
export function totpStep(secret: string, code: string, atMs: number): number | null {
  const timing = { period: TOTP_SETTINGS.period, timestamp: atMs };
  const of = { ...TOTP_SETTINGS, secret: Secret.fromBase32(secret), token: code, window: TOLERANCE_STEPS };
  const steps = TOTP.validate({ ...of, ...timing });
  return steps === null ? null : TOTP.counter(timing) + steps;
}

/** What a QR code tells an app: `otpauth://totp/…`. */
export function totpUri(secret: string, { issuer, email }: { issuer: string; email: string }): string {
  return new TOTP({ ...TOTP_SETTINGS, issuer, label: email, secret: Secret.fromBase32(secret) }).toString();
}
