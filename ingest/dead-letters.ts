import { createHash } from 'node:crypto';
import type { Clock } from '../runtime/clock.ts';
import { LogFullError, LogUnavailableError, type MessageLog } from '../runtime/stream/stream.ts';
import { DEAD_HEADERS, type Names, SCHEMA_VERSION } from '../schemas/names.ts';
import type { DeadReason, RefusedReason } from '../schemas/reasons.ts';

export interface DeadLetter {
  readonly device: string;
  readonly reason: DeadReason;
  readonly bytes: Uint8Array;
  readonly receivedMs: number;
}

export interface DeadLetters {
  /** Null once the letter is durable (then the frame may be acknowledged), else why it is not. Never rejects. */
  store(letter: DeadLetter): Promise<RefusedReason | null>;
}

export interface DeadLettersDeps {
  readonly log: MessageLog;
  readonly names: Names;
  readonly instance: string;
  readonly clock: Clock;
  /** Bytes that one device may leave in an hour; beyond it a letter keeps its hash and reason and drops its bytes. */
  readonly maxBytesPerDeviceHour: number;
  /** Devices whose quota is remembered. */
  readonly maxDevices: number;
  readonly retryDelayMs: number;
  readonly onQuota: () => void;
  readonly onRetry: (error: Error) => void;
  readonly signal: AbortSignal;
}

const HOUR_MS = 3_600_000;

/** Keeps what authenticated devices sent and nobody can use, with the reason, to be mended and replayed. */
export function createDeadLetters(deps: DeadLettersDeps): DeadLetters {
  const { log, names, clock, signal } = deps;
  const usedBytes = new Map<string, number>();
  let hour = 0;
  let number = 0;

  function isOverQuota({ device, bytes }: DeadLetter): boolean {
    const now = Math.floor(clock.nowMs() / HOUR_MS);
    // Forgetting everybody's use when the table is full is generous for an hour and keeps the memory bounded.
    if (now !== hour || usedBytes.size >= deps.maxDevices) usedBytes.clear();
    hour = now;
    const used = (usedBytes.get(device) ?? 0) + bytes.length;
    usedBytes.set(device, used);
    return used > deps.maxBytesPerDeviceHour;
  }

  return {
    async store(letter) {
      const keepsBytes = !isOverQuota(letter);
      if (!keepsBytes) deps.onQuota();
      const headers = {
        [DEAD_HEADERS.schema]: String(SCHEMA_VERSION),
        [DEAD_HEADERS.reason]: letter.reason,
        [DEAD_HEADERS.device]: letter.device,
        [DEAD_HEADERS.receivedMs]: String(letter.receivedMs),
        [DEAD_HEADERS.sha256]: createHash('sha256').update(letter.bytes).digest('hex'),
      };
      const options = { msgId: `${deps.instance}.dead.${++number}`, headers };
      const subject = names.dead(letter.reason, letter.device);
      for (;;) {
        try {
          await log.publish(subject, keepsBytes ? letter.bytes : new Uint8Array(0), options);
          return null;
        } catch (error) {
          if (error instanceof LogFullError) return 'stream_full';
          if (!(error instanceof LogUnavailableError)) {
            deps.onRetry(error as Error);
            return 'stream_unavailable';
          }
          deps.onRetry(error);
          try {
            await clock.sleep(deps.retryDelayMs, signal);
          } catch (aborted) {
            deps.onRetry(aborted as Error);
            return 'draining';
          }
        }
      }
    },
  };
}
