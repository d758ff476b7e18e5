import type { Logger } from './log.ts';

/**
 * What a process has opened, closed again in reverse order. Each closing has a bound in time; an error or a time-out is
 * logged and does not keep the rest from closing.
 */
export interface ReleaseStack extends AsyncDisposable {
  /** Puts `close` on the list. After the release it closes at once and throws, so that a late opener stops too. */
  add(name: string, close: () => unknown, options?: { timeoutMs?: number }): void;
  /** Closes everything, once; further calls wait for the first. Resolves with what went wrong and never rejects. */
  release(): Promise<Error[]>;
}

const DEFAULT_TIMEOUT_MS = 5_000;

export function createReleaseStack({
  log,
  timeoutMs = DEFAULT_TIMEOUT_MS,
}: {
  log: Logger;
  timeoutMs?: number;
}): ReleaseStack {
  const opened: { name: string; close: () => unknown; timeoutMs: number }[] = [];
  const errors: Error[] = [];
  let releasing: Promise<Error[]> | undefined;

  async function closeOne(name: string, close: () => unknown, boundMs: number): Promise<void> {
    try {
      await within(boundMs, `closing ${name}`, async () => close());
    } catch (cause) {
      const error = new Error(`closing ${name} failed`, { cause });
      errors.push(error);
      log.error({ err: error, part: name }, 'could not close cleanly');
    }
  }

  async function releaseAll(): Promise<Error[]> {
    for (let next = opened.pop(); next; next = opened.pop()) await closeOne(next.name, next.close, next.timeoutMs);
    return errors;
  }

  const stack: ReleaseStack = {
    add(name, close, options = {}) {
      const boundMs = options.timeoutMs ?? timeoutMs;
      if (releasing) {
        void closeOne(name, close, boundMs);
        throw new Error(`${name} was opened after the release began: it is closed again`);
      }
      opened.push({ name, close, timeoutMs: boundMs });
    },
    release() {
      releasing ??= releaseAll();
      return releasing;
    },
    async [Symbol.asyncDispose]() {
      await stack.release();
    },
  };
  return stack;
}

/** The result of `work`, or a rejection that names `what` after `boundMs`. The work itself is not interrupted. */
export async function within<T>(boundMs: number, what: string, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${boundMs} ms`)), boundMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
