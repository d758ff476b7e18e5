import type { BoardCrossing } from '../../../schemas/board.ts';
import type { Race } from '../../../schemas/race.ts';

/** One pass of a checkpoint of which results have a split. */
export interface Mark {
  readonly checkpoint: string;
  /** From 1. */
  readonly pass: number;
  readonly name: string;
  readonly positionM: number;
  readonly isStart: boolean;
  readonly isFinish: boolean;
}

/** Splits of all athletes together: a hundred of ten thousand, about. */
export const MAX_SPLITS = 1_000_000;

/**
 * What results have splits of, in the order of the course: every pass of every checkpoint, or of the laps of a long
 * race every so many, from the finish back, that there are no more than {@link MAX_SPLITS} in all.
 */
export function marksOf(race: Pick<Race, 'checkpoints' | 'starters'>, maxSplits = MAX_SPLITS): Mark[] {
  const all = passesOf(race);
  const every = Math.max(1, Math.ceil((all.length * race.starters.length) / maxSplits));
  return all.filter((_, i) => (all.length - 1 - i) % every === 0);
}

/** Where chip times begin, whether it is among the marks or not. */
export function startOf(race: Pick<Race, 'checkpoints'>): Mark | null {
  return passesOf(race).find(({ isStart }) => isStart) ?? null;
}

function passesOf({ checkpoints }: Pick<Race, 'checkpoints'>): Mark[] {
  return checkpoints
    .flatMap(({ id: checkpoint, name, positionM, isStart, isFinish }) =>
      positionM.map((metres, i) => ({
        ...{ checkpoint, pass: i + 1, positionM: metres },
        name: positionM.length === 1 ? name : `${name} ${i + 1}`,
        isStart: isStart && i === 0,
        isFinish: isFinish && i === positionM.length - 1,
      })),
    )
    .sort((a, b) => a.positionM - b.positionM || (a.checkpoint < b.checkpoint ? -1 : 1));
}

/** When one athlete passed a mark, by each clock; ms. */
export interface Split {
  readonly checkpoint: string;
  readonly pass: number;
  /** ms since the epoch */
  readonly timeMs: number;
  readonly gunMs: number;
  /** Null for whoever was not seen at their own start line. */
  readonly chipMs: number | null;
  readonly status: BoardCrossing['status'];
  readonly revision: number;
}

/** The splits that are known, in the order of the marks. `start` is the mark at which chip times begin. */
export function splitsAt(
  marks: readonly Mark[],
  crossings: readonly BoardCrossing[],
  { gunTimeMs, start }: { gunTimeMs: number; start: Mark | null },
): Split[] {
  const at = new Map(crossings.map((crossing) => [nameOf(crossing), crossing]));
  const startMs = start === null ? undefined : at.get(nameOf(start))?.timeMs;
  return marks.flatMap((mark) => {
    const crossing = at.get(nameOf(mark));
    if (crossing === undefined) return [];
    const { checkpoint, pass, timeMs, status, revision } = crossing;
    const chipMs = startMs === undefined ? null : Math.round(timeMs - startMs);
    return [{ checkpoint, pass, timeMs, gunMs: Math.round(timeMs - gunTimeMs), chipMs, status, revision }];
  });
}

/** The same for a mark and for what was crossed there. */
export function nameOf({ checkpoint, pass }: Pick<BoardCrossing, 'checkpoint' | 'pass'>): string {
  return `${checkpoint} ${pass}`;
}
