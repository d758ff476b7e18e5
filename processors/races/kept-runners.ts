import type { DirtyParts } from '../../runtime/reducer.ts';
import type { Steps } from '../../runtime/steps.ts';
import { shardOf } from '../../schemas/identity.ts';
import type { RaceGround } from './race-grounds.ts';
import type { Runner } from './runner.ts';
import { encodeRunner, encodeRunners } from './runner-codec.ts';

/** Parts of a shard's checkpoint: 20,000 athletes on one shard would still fit. */
const PARTS = 64;

/** A runner who is being kept; without bytes as long as they are as they were when that began. */
interface Keeping {
  readonly runner: Runner;
  readonly withMarks: boolean;
  bytes: Uint8Array | null;
}

/** How the runners of a shard lie in its checkpoint: in parts, each written anew when one of its runners changed. */
export class KeptRunners {
  readonly #dirty = new Set<number>();
  /** Of whom bytes are still to be made; empty while nobody is being kept. */
  readonly #keeping = new Map<Runner, Keeping>();

  /** A runner is about to change, to come or to go: the part is due, and what is being kept is what was before. */
  beforeChange(runner: Runner): void {
    this.#dirty.add(shardOf(runner.key, PARTS));
    const keeping = this.#keeping.get(runner);
    if (keeping !== undefined) this.#encode(keeping);
  }

  /** The parts that changed, in steps; of `runners`, all of the shard, as they are when this is called. */
  takeDirtyInSteps(runners: Iterable<Runner>): Steps<DirtyParts> {
    const parts = new Map<number, Keeping[]>();
    for (const part of this.#dirty) parts.set(part, []);
    this.#dirty.clear();
    const told = new Map<number, Set<RaceGround>>();
    for (const runner of parts.size === 0 ? [] : runners) {
      const part = shardOf(runner.key, PARTS);
      const own = parts.get(part);
      if (own === undefined) continue;
      const grounds = told.get(part) ?? new Set();
      told.set(part, grounds);
      const keeping = { runner, withMarks: !grounds.has(runner.ground), bytes: null };
      grounds.add(runner.ground);
      own.push(keeping);
      this.#keeping.set(runner, keeping);
    }
    return this.#take(parts);
  }

  *#take(parts: ReadonlyMap<number, readonly Keeping[]>): Steps<DirtyParts> {
    const dirty: DirtyParts = new Map();
    for (const [part, keeping] of parts) {
      const runners = keeping.map((one) => this.#encode(one));
      dirty.set(`runners-${String(part).padStart(2, '0')}`, runners.length > 0 ? encodeRunners(runners) : null);
      yield;
    }
    return dirty;
  }

  #encode(keeping: Keeping): Uint8Array {
    keeping.bytes ??= encodeRunner(keeping.runner, keeping.withMarks);
    this.#keeping.delete(keeping.runner);
    return keeping.bytes;
  }
}
