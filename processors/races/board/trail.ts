/** A trail has so many marks at most: of a marathon one each 82 m, two kilobytes an athlete. */
const MAX_MARKS = 512;
const LEAST_MARK_M = 20;
const NOT_PASSED = Number.NaN;

/** Where the marks of a race's trails lie, the same for every athlete of it. */
export interface MarkGrid {
  readonly marks: number;
  readonly spacingM: number;
}

export function gridFor(finishM: number): MarkGrid {
  const marks = Math.max(1, Math.min(MAX_MARKS, Math.ceil(finishM / LEAST_MARK_M)));
  return { marks, spacingM: finishM / marks };
}

/**
 * When an athlete first passed each mark of the course, as their positions show it: a position that falls back behind
 * an earlier one changes nothing. Times are ms since `originMs`, in single precision: exact to 1 ms for four hours, to
 * 8 ms for a day.
 */
export class Trail {
  readonly grid: MarkGrid;
  readonly originMs: number;
  /** Mark 0 is the start of the course. */
  readonly times: Float32Array;
  /** The last mark that was passed; −1 for none. */
  lastMark = -1;
  /** The farthest position, and when it was reached; NaN before the first one. */
  reachedM = Number.NaN;
  reachedMs = Number.NaN;

  constructor(grid: MarkGrid, originMs: number, times = new Float32Array(grid.marks + 1).fill(NOT_PASSED)) {
    this.grid = grid;
    this.originMs = originMs;
    this.times = times;
  }

  /** Takes a position; those of one athlete come in the order of their time, older ones change nothing. */
  note(atMs: number, positionM: number): boolean {
    if (Number.isNaN(this.reachedMs)) {
      this.reachedM = positionM;
      this.reachedMs = atMs;
      this.lastMark = Math.min(this.grid.marks, Math.floor(positionM / this.grid.spacingM));
      if (this.lastMark < 0) this.lastMark = -1;
      // Whoever stands on a mark passes it now.
      else if (this.lastMark * this.grid.spacingM === positionM) this.times[this.lastMark] = atMs - this.originMs;
      return true;
    }
    if (atMs <= this.reachedMs || positionM <= this.reachedM) return false;
    const msPerM = (atMs - this.reachedMs) / (positionM - this.reachedM);
    for (let mark = this.lastMark + 1; mark <= this.grid.marks; mark++) {
      const markM = mark * this.grid.spacingM;
      if (markM > positionM) break;
      this.times[mark] = this.reachedMs + msPerM * (markM - this.reachedM) - this.originMs;
      this.lastMark = mark;
    }
    this.reachedM = positionM;
    this.reachedMs = atMs;
    return true;
  }

  /** The same trail with marks elsewhere; between the old ones the pace is taken to be even. */
  onGrid(grid: MarkGrid): Trail {
    const moved = new Trail(grid, this.originMs);
    if (Number.isNaN(this.reachedM)) return moved;
    moved.reachedM = this.reachedM;
    moved.reachedMs = this.reachedMs;
    moved.lastMark = Math.max(-1, Math.min(grid.marks, Math.floor(this.reachedM / grid.spacingM)));
    for (let mark = 0; mark <= moved.lastMark; mark++) {
      moved.times[mark] = this.timeAt(mark * grid.spacingM) - this.originMs;
    }
    return moved;
  }

  /** When the position was passed, ms since the epoch; NaN when that is not known. */
  timeAt(positionM: number): number {
    if (positionM === this.reachedM) return this.reachedMs;
    if (!(positionM < this.reachedM)) return Number.NaN;
    const mark = Math.min(this.grid.marks, Math.floor(positionM / this.grid.spacingM));
    if (mark < 0) return Number.NaN;
    const fromM = mark * this.grid.spacingM;
    const from = this.times[mark];
    if (positionM === fromM) return this.originMs + from;
    if (mark >= this.lastMark) return between(fromM, this.originMs + from, this.reachedM, this.reachedMs, positionM);
    const until = this.times[mark + 1];
    return this.originMs + between(fromM, from, fromM + this.grid.spacingM, until, positionM);
  }
}

function between(fromM: number, from: number, untilM: number, until: number, positionM: number): number {
  return from + ((until - from) * (positionM - fromM)) / (untilM - fromM);
}
