import { keys } from '../schemas/names.ts';
import { createBackoff } from './backoff.ts';
import type { Clock, Timer } from './clock.ts';
import type { KeyValue, Watch } from './kv/kv.ts';
import type { Logger } from './log.ts';
import { MAX_TOKEN_LIFETIME_MS, type Token } from './token.ts';

/** Which tokens count for nothing any more, although they are signed and not expired. */
export interface Revocations {
  /** Null when the token is not revoked. `revocations_unknown` while nobody can say. */
  check(token: Pick<Token, 'role' | 'subject' | 'tokenId' | 'issuedMs'>): RevocationReason | null;
  /** Grows whenever a token may have been revoked: look at those in use again. */
  readonly version: number;
  readonly isReady: boolean;
  stop(): void;
}

export type RevocationReason = 'revoked_token' | 'revocations_unknown';

export interface RevocationsDeps {
  /** The bucket of the deployment; a value in it lives for `MAX_TOKEN_LIFETIME_MS`. */
  readonly kv: KeyValue;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For devices and for tokens each; about 100 bytes apiece. */
  readonly maxRevocations?: number;
  /** Numbers from 0 up to 1, to spread the attempts of many processes. */
  readonly random?: () => number;
}

/** When each was revoked, the oldest first. By bare names, so that a look-up makes no string. */
interface List {
  readonly device: Map<string, number>;
  readonly token: Map<string, number>;
}

const KEY = /^(device|token)\.([^.]+)$/;
/** Short at first: while the list is away nobody can connect. */
const RETRY_DELAYS_MS = [50, 100, 250, 500, 1_000];
/** How often a list that was too long is read again, to see whether it has become shorter. */
const REREAD_PERIOD_MS = 60_000;

/** Revokes every token of the device that was issued before `revokedMs`. Throws KvUnavailableError. */
export async function revokeDevice(kv: KeyValue, device: string, revokedMs: number): Promise<void> {
  await kv.put(keys.revokedDevice(device), written(revokedMs));
}

/** Revokes one token by its id. Throws KvUnavailableError. */
export async function revokeToken(kv: KeyValue, tokenId: string, revokedMs: number): Promise<void> {
  await kv.put(keys.revokedToken(tokenId), written(revokedMs));
}

/**
 * The list of revocations, held in memory and kept fresh by a watch on their bucket.
 *
 * opening → ready → opening … → stopped. A watch that is lost is opened again after a pause, for as long as it takes.
 * Until it has told everything, `check` answers `revocations_unknown` to what it does not know to be revoked: new
 * connections are refused, and those that are open stay until the new watch tells what was missed.
 *
 * The list is bounded. Beyond `maxRevocations` the oldest one is forgotten. That does no harm when it is older than any
 * token may be; otherwise the list counts as unknown until it is read again and fits.
 */
export function createRevocations(deps: RevocationsDeps): Revocations {
  const { kv, clock, logger, maxRevocations = 500_000, random } = deps;
  const backoff = createBackoff({ delaysMs: RETRY_DELAYS_MS, random });
  let revoked: List = { device: new Map(), token: new Map() };
  let version = 0;
  let isReady = false;
  let isWhole = true;
  let isStopped = false;
  let watch: Watch | null = null;
  let timer: Timer | null = null;
  /** Counts the watches: what an older one still says is not listened to. */
  let current = 0;

  async function open(): Promise<void> {
    watch?.stop();
    watch = null;
    isReady = false;
    isWhole = true;
    const self = ++current;
    const isCurrent = () => self === current && !isStopped;
    // What the new watch tells. What is known already counts until all is told, and what is told counts at once.
    const told: List = { device: new Map(), token: new Map() };
    let isComplete = false;
    const lost = (err: unknown) => {
      if (!isCurrent()) return;
      const delayMs = backoff.nextMs();
      if (isReady) logger.warn({ err }, 'the list of revocations is out of reach: new connections are refused');
      else logger.debug({ err, delayMs }, 'the list of revocations could not be read; trying again');
      isReady = false;
      again(delayMs);
    };
    try {
      const opened = await kv.watch('>', {
        onChange({ key, value }) {
          if (!isCurrent()) return;
          const [, kind, name] = KEY.exec(key) ?? [];
          if (kind !== 'device' && kind !== 'token') {
            logger.warn({ key }, 'a key among the revocations names neither a device nor a token');
            return;
          }
          if (value === null) {
            told[kind].delete(name);
            return;
          }
          const revokedMs = readRevokedMs(key, value);
          if (isOutdated(revokedMs)) return;
          if (!remember(told[kind], name, revokedMs)) tooLong();
          if (!isComplete) remember(revoked[kind], name, revokedMs);
          version += 1;
        },
        onReady() {
          if (!isCurrent()) return;
          isComplete = true;
          revoked = told;
          backoff.reset();
          isReady = true;
          logger.info({ devices: revoked.device.size, tokens: revoked.token.size }, 'the list of revocations is known');
        },
        onLost: lost,
      });
      if (isCurrent()) watch = opened;
      else opened.stop();
    } catch (err) {
      lost(err);
    }
  }

  function again(delayMs: number): void {
    timer?.cancel();
    timer = clock.setTimer(() => void open(), delayMs);
  }

  /** False when another revocation had to be forgotten that may still matter. */
  function remember(names: Map<string, number>, name: string, revokedMs: number): boolean {
    names.delete(name);
    names.set(name, revokedMs);
    if (names.size <= maxRevocations) return true;
    const [oldest, oldestMs] = names.entries().next().value!;
    names.delete(oldest);
    return isOutdated(oldestMs);
  }

  /** No token that was issued before then is still valid. */
  function isOutdated(revokedMs: number): boolean {
    return revokedMs + MAX_TOKEN_LIFETIME_MS < clock.nowMs();
  }

  function tooLong(): void {
    if (!isWhole) return;
    isWhole = false;
    logger.error({ maxRevocations }, 'there are more revocations than are kept: new connections are refused');
    again(REREAD_PERIOD_MS);
  }

  /** A value that cannot be read revokes whatever it may be meant for. */
  function readRevokedMs(key: string, value: Uint8Array): number {
    const revokedMs = parseRevokedMs(value);
    if (revokedMs !== null) return revokedMs;
    logger.error({ key }, 'a revocation cannot be read: everything it may be meant for is revoked');
    return Number.POSITIVE_INFINITY;
  }

  void open();
  return {
    check({ role, subject, tokenId, issuedMs }) {
      if (revoked.token.has(tokenId)) return 'revoked_token';
      // A person may have a device's name; any other token than a device's is revoked by its id alone.
      const sinceMs = role === 'device' ? revoked.device.get(subject) : undefined;
      if (sinceMs !== undefined && issuedMs < sinceMs) return 'revoked_token';
      return isReady && isWhole ? null : 'revocations_unknown';
    },
    get version() {
      return version;
    },
    get isReady() {
      return isReady && isWhole;
    },
    stop() {
      isStopped = true;
      isReady = false;
      timer?.cancel();
      watch?.stop();
    },
  };
}

function written(revokedMs: number): Uint8Array {
  if (!Number.isSafeInteger(revokedMs)) throw new RangeError(`revokedMs is a time in whole ms, not ${revokedMs}`);
  return Buffer.from(JSON.stringify({ revokedMs }));
}

function parseRevokedMs(value: Uint8Array): number | null {
  try {
    const { revokedMs } = JSON.parse(Buffer.from(value).toString('utf8')) as { revokedMs?: unknown };
    return Number.isSafeInteger(revokedMs) ? (revokedMs as number) : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}
