import type { Engine } from '../../stack/engine.ts';

/** One process of the deployment, started again whenever it ends, as a service manager would. */
export interface Part {
  readonly name: string;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  readonly counts: { readonly kills: number; readonly stops: number; readonly restarts: number };
  /** kill -9; resolves when a new one is ready. With `until` the new one is not started before that. */
  kill(until?: Promise<unknown>): Promise<void>;
  /** SIGSTOP, and SIGCONT after `ms`. */
  freeze(ms: number): Promise<void>;
  /** What a service manager does to a process that says it is not well: ends it, by force after a while. */
  restart(): Promise<void>;
  /** Ends it for good, in good order. */
  end(): Promise<void>;
}

const START_TIMEOUT_MS = 120_000;
const START_AGAIN_MS = 300;

export interface PartDeps {
  readonly name: string;
  start(): Promise<Pick<Engine<unknown>, 'kill' | 'exited' | 'stop' | 'pid'>>;
  /** It ended although nobody killed it. */
  onLost(words: string): void;
}

/** Starts it. What is done to one part is done one after the other. */
export async function startPart({ name, start, onLost }: PartDeps): Promise<Part> {
  const counts = { kills: 0, stops: 0, restarts: 0 };
  let engine = await start();
  let isEnding = false;
  let isKilled = false;
  let last: Promise<unknown> = Promise.resolve();
  watch();

  function watch(): void {
    void engine.exited.then(({ code, signal }) => {
      if (isKilled || isEnding) return;
      onLost(`${name} ended by itself: ${signal ?? `code ${code}`}`);
      // Whoever waits for the part sees that it does not come back; the words are not lost either.
      inTurn(again).catch((error) => onLost(`${name} does not start again: ${error}`));
    });
  }

  /** It may need another part that is not back yet, or room on its disk, so a start that fails is tried again. */
  async function again(): Promise<void> {
    for (const untilMs = Date.now() + START_TIMEOUT_MS; ; ) {
      try {
        engine = await start();
        break;
      } catch (error) {
        if (isEnding || Date.now() > untilMs) throw error;
        await sleep(START_AGAIN_MS);
      }
    }
    isKilled = false;
    watch();
  }

  function inTurn(act: () => Promise<void>): Promise<void> {
    const turn = last.then(() => (isEnding ? undefined : act()));
    // Whoever asked hears of a failure; the next in turn only waits for its end.
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    name,
    counts,
    get pid() {
      return engine.pid;
    },
    kill: (until = Promise.resolve()) =>
      inTurn(async () => {
        counts.kills++;
        isKilled = true;
        engine.kill('SIGKILL');
        await engine.exited;
        await until;
        await again();
      }),
    freeze: (ms) =>
      inTurn(async () => {
        counts.stops++;
        engine.kill('SIGSTOP');
        await sleep(ms);
        engine.kill('SIGCONT');
      }),
    restart: () =>
      inTurn(async () => {
        counts.restarts++;
        isKilled = true;
        await engine.stop();
        await again();
      }),
    async end() {
      isEnding = true;
      await last;
      await engine.stop();
    },
  };
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
