import { type Service, StartError } from './service.ts';

export interface JobOptions {
  readonly name: string;
  /** Aborts when the process is asked to end. */
  readonly signal: AbortSignal;
  /** What a person is told who stopped it. */
  readonly stopped: string;
  /** Errors whose message says what to mend. */
  readonly expected: readonly (new (
    ...args: never[]
  ) => Error)[];
  work(signal: AbortSignal): Promise<void>;
}

/** Work with an end, as a service: stopping it aborts its signal and waits for it. */
export function createJob({ name, signal, stopped, expected, work }: JobOptions): Service {
  const ending = new AbortController();
  let running: Promise<void> = Promise.resolve();
  async function end(): Promise<void> {
    ending.abort(new StartError(stopped));
    // What it rejects with is told to the caller of `run`; here only its end matters.
    await Promise.allSettled([running]);
  }
  return {
    name,
    run() {
      running = work(AbortSignal.any([signal, ending.signal])).catch((error) => {
        throw expected.some((kind) => error instanceof kind) ? new StartError(error.message) : error;
      });
      return running;
    },
    drain: end,
    stop: end,
  };
}
