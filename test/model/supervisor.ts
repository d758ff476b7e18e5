import type { Clock } from '../../runtime/clock.ts';
import type { Chaos } from './chaos.ts';
import { createProcess, type ModelProcess } from './process.ts';

/** What runs in a process; `run` resolves when it has ended by itself, and rejects when it crashed. */
export interface Program {
  run(): Promise<void>;
  drain(): Promise<void>;
  stop(): Promise<void>;
}

export interface SupervisorDeps {
  readonly role: string;
  readonly clock: Clock;
  readonly chaos: Chaos;
  /** Instances at once when all is well. */
  readonly instances?: number;
  start(process: ModelProcess): Program;
  readonly trace: (words: string) => void;
}

const MOST_AT_ONCE = 3;
const RETIRE_EVERY_MS = 20_000;

/**
 * Keeps one role of the platform alive: starts a fresh instance after a kill, sometimes a second one beside a stopped
 * one (which later wakes up), and now and then replaces an instance in good order.
 */
export function createSupervisor(deps: SupervisorDeps) {
  const { role, clock, chaos, trace, instances = 1 } = deps;
  const { random } = chaos;
  const alive = new Map<ModelProcess, Program>();
  const crashes: unknown[] = [];
  const counts = { started: 0, kills: 0, stops: 0, retired: 0 };

  function spawn(): void {
    const name = `${role}#${++counts.started}`;
    const process = createProcess(name, clock, (call) => {
      const fate = chaos.fateOf(call);
      if (fate.kind === 'kill') trace(`${name} is killed ${fate.when} ${call}`);
      if (fate.kind === 'stop') {
        trace(`${name} is stopped ${fate.when} ${call}`);
        stopped(process);
      }
      return fate;
    });
    process.onKilled(() => {
      if (!alive.delete(process)) return;
      counts.kills++;
      clock.setTimer(fill, random.between(0, 3_000));
    });
    const program = deps.start(process);
    alive.set(process, program);
    program.run().then(
      () => alive.has(process) && process.kill(),
      (error) => {
        if (process.state === 'killed') return;
        trace(`${name} crashed: ${error}`);
        crashes.push(error);
        process.kill();
      },
    );
  }

  function fill(): void {
    while (running().length < instances && alive.size < MOST_AT_ONCE) spawn();
  }

  function stopped(process: ModelProcess): void {
    counts.stops++;
    clock.setTimer(() => process.resume(), chaos.stopMs());
    if (random.chance(0.6)) clock.setTimer(fill, random.between(0, 4_000));
  }

  const running = () => [...alive.keys()].filter((process) => process.state === 'running');

  /** In good order: drain, stop, and a new instance, sometimes before the old one is gone. */
  async function retire(): Promise<void> {
    const process = running()[0];
    const program = process && alive.get(process);
    if (!program || alive.size >= MOST_AT_ONCE) return;
    counts.retired++;
    trace(`${process.name} is retired`);
    alive.delete(process);
    if (random.chance(0.5)) fill();
    else clock.setTimer(fill, random.between(0, 2_000));
    await program.drain();
    await program.stop();
    process.kill();
  }

  const retiring = clock.setRepeating(() => {
    if (!chaos.isOver && random.chance(0.5)) void retire().catch((error) => crashes.push(error));
  }, RETIRE_EVERY_MS);

  return {
    role,
    /** Starts what is missing. */
    fill,
    counts: counts as Readonly<typeof counts>,
    crashes: crashes as readonly unknown[],
    /** Everybody wakes up, and somebody is there. */
    calm(): void {
      retiring.cancel();
      for (const process of alive.keys()) process.resume();
      fill();
    },
    end(): void {
      for (const process of [...alive.keys()]) {
        alive.delete(process);
        process.kill();
      }
    },
  };
}
export type Supervisor = ReturnType<typeof createSupervisor>;
