import type { Suspicion } from '../../../schemas/review.ts';
import type { Crossing } from '../board/crossing-evidence.ts';
import type { Passage } from '../board/passages.ts';
import type { Step } from './step.ts';

/** A stretch of the course on which somebody was seen elsewhere, or that they came past without being on it. */
interface Absence {
  readonly fromMs: number;
  readonly fromM: number;
  readonly untilMs: number;
  readonly untilM: number;
}

export interface AbsenceState {
  /** Seen beside the course, and not on it again so far. */
  leftMs: number | null;
  leftM: number;
  absences: Absence[];
}

const MAX_ABSENCES = 16;
/** A step along the course that is so much longer than the way made on the ground, and not short. */
const JUMP = 1.5;
const JUMP_M = 80;
/** Crossings come within moments; so far behind a checkpoint nothing more comes of itself. */
const BEHIND_M = 150;
/** Where somebody left the course, and came to it again, is known so well. */
const MARGIN_M = 40;
/** A corner that is cut by less is what receivers do. */
const LEAST_ABSENCE_M = 80;

export function newAbsenceState(): AbsenceState {
  return { leftMs: null, leftM: 0, absences: [] };
}

/** Times without positions are no absence: nobody knows where they were. */
export function foldAbsence(state: AbsenceState, step: Step): void {
  const { fromMs, untilMs, fromM, untilM, wayM, isUnseen, isOffCourse } = step;
  state.absences = state.absences.filter((absence) => untilM > absence.untilM - LEAST_ABSENCE_M);
  if (isOffCourse) {
    if (state.leftMs !== null) return;
    state.leftMs = fromMs;
    state.leftM = fromM;
    return;
  }
  const isJump = !isUnseen && untilM - fromM > Math.max(JUMP_M, JUMP * wayM);
  if (state.leftMs === null && !isJump) return;
  const left = state.leftMs === null ? { fromMs, fromM } : { fromMs: state.leftMs, fromM: state.leftM };
  state.leftMs = null;
  if (untilM - left.fromM < LEAST_ABSENCE_M) return;
  state.absences = [...state.absences, { ...left, untilMs, untilM }].slice(-MAX_ABSENCES);
}

/**
 * Checkpoints that nobody and nothing saw an athlete cross, though they are well behind it, and positions show that
 * they were elsewhere meanwhile. One that a mat alone missed is no case for a review.
 */
export function suspectMissing(
  bib: string,
  state: AbsenceState,
  {
    passages,
    crossings,
    placeM,
    cut,
  }: {
    readonly passages: readonly Passage[];
    readonly crossings: readonly Crossing[];
    readonly placeM: number;
    /** What they left out, if they did. */
    readonly cut: Absence | null;
  },
): Suspicion[] {
  const absences: readonly Absence[] = cut === null ? state.absences : [...state.absences, cut];
  if (absences.length === 0) return [];
  const reachedM = Math.max(placeM, cut?.untilM ?? 0);
  return passages.flatMap(({ checkpoint, pass, positionM, isStart }): Suspicion[] => {
    const isCrossed = crossings.some((one) => one.checkpoint === checkpoint && one.pass === pass);
    if (isStart || isCrossed || !(reachedM > positionM + BEHIND_M)) return [];
    const absence = absences.find(
      ({ fromM, untilM }) => fromM - MARGIN_M <= positionM && positionM <= untilM + MARGIN_M,
    );
    if (absence === undefined) return [];
    const { fromMs, fromM, untilMs, untilM } = absence;
    return [
      {
        ...{ kind: 'missing_checkpoint', severity: 'high', bibs: [bib], about: `${checkpoint}.${pass}` },
        from: { atMs: fromMs, positionM: fromM },
        until: { atMs: untilMs, positionM: untilM },
        numbers: { pass, checkpointM: Math.round(positionM) },
      },
    ];
  });
}
