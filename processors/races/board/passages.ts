import type { Race } from '../../../schemas/race.ts';

/** One pass of one checkpoint, as a place on the way. */
export interface Passage {
  readonly checkpoint: string;
  /** From 1. */
  readonly pass: number;
  readonly positionM: number;
  readonly isStart: boolean;
  /** Ends the race. */
  readonly isFinish: boolean;
}

export interface Passages {
  /** In the order of the course. */
  readonly all: readonly Passage[];
  readonly start: Passage | null;
  /** Null in a draft that has no finish yet. */
  readonly finish: Passage | null;
  of(checkpoint: string, pass: number): Passage | null;
  /** Of one checkpoint, in the order of the course; [] for a checkpoint that is not there. */
  at(checkpoint: string): readonly Passage[];
}

/** All that an athlete passes from start to finish. The start is a checkpoint's first pass, the finish its last. */
export function passagesOf({ checkpoints }: Pick<Race, 'checkpoints'>): Passages {
  const byCheckpoint = new Map<string, Passage[]>();
  for (const { id, positionM, isStart, isFinish } of checkpoints) {
    const passes = positionM.map((metres, i) => ({
      checkpoint: id,
      pass: i + 1,
      positionM: metres,
      isStart: isStart && i === 0,
      isFinish: isFinish && i === positionM.length - 1,
    }));
    byCheckpoint.set(id, passes);
  }
  const all = [...byCheckpoint.values()].flat().sort((a, b) => a.positionM - b.positionM || compare(a, b));
  return {
    all,
    start: all.find(({ isStart }) => isStart) ?? null,
    finish: all.find(({ isFinish }) => isFinish) ?? null,
    of: (checkpoint, pass) => byCheckpoint.get(checkpoint)?.[pass - 1] ?? null,
    at: (checkpoint) => byCheckpoint.get(checkpoint) ?? [],
  };
}

function compare(a: Passage, b: Passage): number {
  return a.checkpoint < b.checkpoint ? -1 : 1;
}
