import { createHash } from 'node:crypto';

/** Device ids are also MQTT topic levels, NATS tokens and symbols, so they hold nothing that any of them reads. */
export const DEVICE_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;
/** '' stands for nobody. */
export const ATHLETE_PATTERN = /^[A-Za-z0-9_-]{0,128}$/;
/** Athletes who are people with an account. */
const ACCOUNT_ATHLETE_PATTERN = /^p[0-9a-f]{20}$/;
/** What a device that is paired with an account may call itself. */
export const OWN_DEVICE_NAME_PATTERN = /^[A-Za-z0-9_-]{1,48}$/;

/**
 * The id of a device of an account: its own name behind a word that follows from the athlete. So nobody can pair a
 * device under the id of somebody else's, and whoever knows the athlete can tell whether a device is theirs.
 */
export function accountDeviceId(athlete: string, name: string): string {
  return `d${createHash('sha256').update(athlete).digest('hex').slice(0, 12)}-${name}`;
}

/** Whether a device may be signed for by a key that is for devices of accounts alone. */
export function isAccountDevice(device: string, athlete: string): boolean {
  return ACCOUNT_ATHLETE_PATTERN.test(athlete) && device.startsWith(accountDeviceId(athlete, ''));
}

/** Whose a race is. */
export const ORGANISER_PATTERN = /^[A-Za-z0-9_-]{1,128}$/;
/** One time axis of a device. `file:<hash>`, and with `:rr` or `:events` behind it, comes from the importer only. */
export const SOURCE_PATTERN = /^[a-z][a-z0-9_]{0,15}$/;
export const FILE_SOURCE_PATTERN = /^file:[0-9a-f]{8,40}(?::rr|:events)?$/;
export const MAX_SOURCES_PER_DEVICE = 16;

/**
 * SHARDS is fixed for a deployment: it stands in the stream's metadata, and a start with another value is refused. So
 * few suit one machine, where every message costs the stream and its three readers the same for ten samples as for a
 * thousand; as many processes at most can share the holding, so a cluster has more (docs/decisions/027).
 */
export const DEFAULT_SHARDS = 4;

/**
 * The shard of an athlete's data, or of a device that belongs to nobody. 32-bit FNV-1a: even, cheap, the same in any
 * language.
 */
export function shardOf(athleteOrDevice: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < athleteOrDevice.length; i++) {
    hash = Math.imul(hash ^ athleteOrDevice.charCodeAt(i), 0x01000193);
  }
  // The low bits of FNV-1a alone are weak for short keys that differ in the last letter.
  hash ^= hash >>> 15;
  return (hash >>> 0) % shards;
}

/** A boot is 64 random bits, written as 16 hex digits wherever people or keys see it. */
export function bootToHex(bootLow: number, bootHigh: number): string {
  return (bootHigh >>> 0).toString(16).padStart(8, '0') + (bootLow >>> 0).toString(16).padStart(8, '0');
}

/** Throws RangeError unless `hex` is 16 hex digits. */
export function bootFromHex(hex: string): { bootLow: number; bootHigh: number } {
  if (!/^[0-9a-fA-F]{16}$/.test(hex)) throw new RangeError('a boot is 16 hex digits');
  return { bootHigh: Number.parseInt(hex.slice(0, 8), 16), bootLow: Number.parseInt(hex.slice(8), 16) };
}

/** What analysts see instead of an athlete: stable within a deployment, useless without its secret. */
export function pseudonymOf(athlete: string, secret: string): string {
  return createHash('sha256').update(secret).update('\0').update(athlete).digest('hex').slice(0, 16);
}
