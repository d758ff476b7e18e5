import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Fault, Faults } from '../../runtime/memory-faults.ts';

/** What happens to a process at one of its calls on a contract. `before`: the call has no effect (or not yet). */
export type Fate =
  | { readonly kind: 'ok' | 'fail_before' | 'fail_after' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'kill' | 'stop'; readonly when: 'before' | 'after' };

/** One operating-system process of the model; what is made for it uses its `clock` and its `faults`. */
export interface ModelProcess {
  readonly name: string;
  readonly state: 'running' | 'stopped' | 'killed';
  /** Its timers fire late when it is stopped and never once it is killed. */
  readonly clock: Clock;
  /** To be given to every twin's end that this process holds. */
  readonly faults: Faults;
  /** Runs `act` as something that the process does: now, once it is continued, or never. */
  act(act: () => void): void;
  kill(): void;
  stop(): void;
  resume(): void;
  onKilled(run: () => void): void;
}

/**
 * Code cannot be taken away in the middle, so a killed process goes on computing; but no call of it has an effect any
 * more, none is answered, no timer fires and nothing that it sends leaves. A stopped one is held up at the same places.
 */
export function createProcess(name: string, clock: Clock, fateOf: (call: string) => Fate): ModelProcess {
  let state: ModelProcess['state'] = 'running';
  let held: (() => void)[] = [];
  const killed: (() => void)[] = [];

  const act = (run: () => void) => {
    if (state === 'running') run();
    else if (state === 'stopped') held.push(run);
  };
  const awake = () => new Promise<void>((resolve) => act(resolve));
  const own = createProcessClock(clock, act);

  function faults(call: string): Fault | Promise<Fault> {
    if (state !== 'running') return awake().then(() => faults(call));
    const fate = fateOf(call);
    switch (fate.kind) {
      case 'ok':
      case 'fail_before':
      case 'fail_after':
        return fate.kind;
      case 'delay':
        return own.sleep(fate.ms).then(() => 'ok');
      case 'stop':
        self.stop();
        return fate.when === 'after' ? 'ok' : awake().then(() => 'ok');
      case 'kill':
        self.kill();
        // An effect without an answer; whatever the process does on hearing of a failure never leaves it.
        return fate.when === 'after' ? 'fail_after' : awake().then(() => 'ok');
    }
  }

  const self: ModelProcess = {
    name,
    get state() {
      return state;
    },
    clock: own,
    faults,
    act,
    kill() {
      if (state === 'killed') return;
      state = 'killed';
      held = [];
      for (const run of killed) run();
    },
    stop() {
      if (state === 'running') state = 'stopped';
    },
    resume() {
      if (state !== 'stopped') return;
      state = 'running';
      const waiting = held;
      held = [];
      // One of them may stop the process again: `act` then holds the rest.
      for (const run of waiting) act(run);
    },
    onKilled: (run) => void killed.push(run),
  };
  return self;
}

function createProcessClock(clock: Clock, act: (run: () => void) => void): Clock {
  function setTimer(run: () => void, delayMs: number): Timer {
    let isCancelled = false;
    const timer = clock.setTimer(() => act(() => !isCancelled && run()), delayMs);
    return {
      cancel() {
        isCancelled = true;
        timer.cancel();
      },
    };
  }
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    setTimer,
    setRepeating(run, periodMs) {
      let isCancelled = false;
      const again = () => {
        if (isCancelled) return;
        current = setTimer(again, periodMs);
        run();
      };
      let current = setTimer(again, periodMs);
      return {
        cancel() {
          isCancelled = true;
          current.cancel();
        },
      };
    },
    sleep(delayMs, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const abort = () => {
          timer.cancel();
          reject(signal?.reason);
        };
        const timer = setTimer(() => {
          signal?.removeEventListener('abort', abort);
          resolve();
        }, delayMs);
        signal?.addEventListener('abort', abort, { once: true });
      });
    },
  };
}
