import type { Engine } from '../../stack/engine.ts';
import { EngineError } from '../../stack/engine-error.ts';

/** One process of the deployment, started again whenever it ends, as a service manager would. */
export interface Part {
  readonly name: string;
  readonly counts: { readonly kills: number; readonly stops: number };
  /** kill -9; resolves when a new one is ready. */
  kill(): Promise<void>;
  /** SIGSTOP, and SIGCONT after `ms`. */
  freeze(ms: number): Promise<void>;
  /** Ends it for good, in good order. */
  end(): Promise<void>;
}

const START_TIMEOUT_MS = 120_000;

export interface PartDeps {
  readonly name: string;
  start(): Promise<Pick<Engine<unknown>, 'kill' | 'exited' | 'stop'>>;
  /** It ended although nobody killed it. */
  onLost(words: string): void;
}

/** Starts it. What is done to one part is done one after the other. */
export async function startPart({ name, start, onLost }: PartDeps): Promise<Part> {
  const counts = { kills: 0, stops: 0 };
  let engine = await start();
  let isEnding = false;
  let isKilled = false;
  let last: Promise<unknown> = Promise.resolve();
  watch();

  function watch(): void {
    void engine.exited.then(({ code, signal }) => {
      if (isKilled || isEnding) return;
      onLost(`${name} ended by itself: ${signal ?? `code ${code}`}`);
      void inTurn(again);
    });
  }

  /** It may need another part that is not back yet, so a start that fails is tried again. */
  async function again(): Promise<void> {
    for (const untilMs = Date.now() + START_TIMEOUT_MS; ; ) {
      try {
        engine = await start();
        break;
      } catch (error) {
        if (!(error instanceof EngineError) || Date.now() > untilMs) throw error;
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
    kill: () =>
      inTurn(async () => {
        counts.kills++;
        isKilled = true;
        engine.kill('SIGKILL');
        await engine.exited;
        await again();
      }),
    freeze: (ms) =>
      inTurn(async () => {
        counts.stops++;
        engine.kill('SIGSTOP');
        await new Promise((resolve) => setTimeout(resolve, ms));
        engine.kill('SIGCONT');
      }),
    async end() {
      isEnding = true;
      await last;
      await engine.stop();
    },
  };
}
