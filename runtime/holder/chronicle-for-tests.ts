import assert from 'node:assert/strict';
import { BATCH_HEADERS } from '../../schemas/names.ts';
import type { DirtyParts, Reducer, ReducerFactory } from '../reducer.ts';
import type { Steps } from '../steps.ts';
import type { LogMessage } from '../stream/stream.ts';

export const PARTS = 4;

export interface Emission {
  readonly shard: number;
  readonly epoch: number;
  readonly owner: number;
  readonly seq: number;
  readonly words: string;
}

/** How the reducers of a test behave; may change at any time. */
export interface Wishes {
  refuses?(word: string): boolean;
  wantsTick?: boolean;
  isUrgent?(word: string): boolean;
  /** What emitting fails with. */
  emitError?: Error | null;
  /** Emitting never comes to an end. */
  emitHangs?: boolean;
  /** Emitting comes to its end later. */
  emitLasts?(): Promise<void>;
  emitsBeside?: boolean;
  /** The parts of a checkpoint become bytes one at a time, while words go on coming. */
  takesInSteps?: boolean;
}

/**
 * Keeps every word in its order, spread over parts so that a checkpoint of two times is noticed: the number of all
 * words is in a part of its own.
 */
export function createChronicle(owner: number, emitted: Emission[], wishes: Wishes): ReducerFactory {
  function create(shard: number, kept: ReadonlyMap<string, Uint8Array>): Reducer {
    const words = mergeParts(kept);
    const dirty = new Set<string>();

    /** What the words were is remembered, as a reducer does that makes bytes of what is about to change. */
    function takeDirtyInSteps(): Steps<DirtyParts> {
      const [before, names] = [[...words], [...dirty]];
      dirty.clear();
      return (function* () {
        const taken: DirtyParts = new Map();
        for (const name of names) {
          taken.set(name, partsOf(before).get(name)!);
          yield;
        }
        return taken;
      })();
    }

    return {
      name: 'chronicle',
      apply({ data, header }: LogMessage) {
        if (header(BATCH_HEADERS.kind) === 'tick') return;
        const word = Buffer.from(data).toString();
        if (wishes.refuses?.(word)) throw new Error(`cannot take ${word}`);
        dirty.add(`words-${words.length % PARTS}`).add('count');
        words.push(word);
      },
      takeDirty() {
        const all = partsOf(words);
        const taken = new Map([...dirty].map((name) => [name, all.get(name)!]));
        dirty.clear();
        return taken;
      },
      ...(wishes.takesInSteps && { takeDirtyInSteps }),
      wantsTick: () => wishes.wantsTick ?? false,
      isUrgent: () => wishes.isUrgent?.(words.at(-1) ?? '') ?? false,
      async emit({ epoch, seq }) {
        if (wishes.emitHangs) await new Promise(() => undefined);
        if (wishes.emitError) throw wishes.emitError;
        emitted.push({ shard, epoch, owner, seq, words: words.join(' ') });
        await wishes.emitLasts?.();
      },
      emitsBeside: wishes.emitsBeside ?? false,
    };
  }
  return { name: 'chronicle', create };
}

function partsOf(words: readonly string[]): Map<string, Uint8Array> {
  const parts = Array.from({ length: PARTS }, (_, part) => {
    const own = words.filter((_word, i) => i % PARTS === part);
    return [`words-${part}`, Buffer.from(JSON.stringify(own))] as const;
  });
  return new Map([...parts, ['count', Buffer.from(JSON.stringify(words.length))]]);
}

export function mergeParts(kept: ReadonlyMap<string, Uint8Array>): string[] {
  const read = (name: string, otherwise: unknown) => {
    const value = kept.get(name);
    return value === undefined ? otherwise : JSON.parse(Buffer.from(value).toString());
  };
  const count = read('count', 0) as number;
  const parts = Array.from({ length: PARTS }, (_, part) => read(`words-${part}`, []) as string[]);
  const total = parts.reduce((sum, words) => sum + words.length, 0);
  assert.equal(total, count, 'the parts of a checkpoint are of one time');
  return Array.from({ length: count }, (_, i) => parts[i % PARTS][Math.floor(i / PARTS)]);
}
