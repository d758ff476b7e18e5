import type { Trail } from './trail.ts';

/** A place and the moment in which it was passed, better known than a trail knows it. */
export interface Anchor {
  readonly positionM: number;
  readonly timeMs: number;
}

/** A crossing corrects the trail for so long: what made the one differ from the other stays behind. */
const FADE_M = 500;

/**
 * When an athlete passed any place of the course: what the trail says, moved so that it meets every crossing. Between
 * two crossings the correction goes over from one to the other, and before the first and behind the last it fades, so
 * that nothing jumps at a checkpoint or at the finish; where the trail has a gap, an even pace between the crossings
 * fills it.
 */
export class PassingLine {
  readonly #trail: Trail;
  #anchors: readonly Anchor[] = [];

  constructor(trail: Trail) {
    this.#trail = trail;
  }

  /** In the order of the course. One that is not later than the one before it contradicts it, and is left out. */
  setAnchors(crossings: readonly Anchor[]): void {
    const anchors: Anchor[] = [];
    for (const { positionM, timeMs } of crossings) {
      const last = anchors[anchors.length - 1];
      if (last === undefined || (positionM > last.positionM && timeMs > last.timeMs))
        anchors.push({ positionM, timeMs });
    }
    this.#anchors = anchors;
  }

  get anchors(): readonly Anchor[] {
    return this.#anchors;
  }

  /** The farthest place of which the time is known; NaN for none. */
  get farthestM(): number {
    const last = this.#anchors[this.#anchors.length - 1]?.positionM ?? Number.NaN;
    const { reachedM } = this.#trail;
    if (Number.isNaN(last)) return reachedM;
    // A position that lies behind the last crossing knows less than the crossing.
    return Number.isNaN(reachedM) ? last : Math.max(last, reachedM);
  }

  /** ms since the epoch; NaN when nobody knows. */
  timeAt(positionM: number): number {
    const trailMs = this.#trail.timeAt(positionM);
    const behind = this.#anchorBehind(positionM);
    const [a, b] = [this.#anchors[behind], this.#anchors[behind + 1]];
    if (a?.positionM === positionM) return a.timeMs;
    if (a === undefined && b === undefined) return trailMs;
    const [correctionA, correctionB] = [this.#correctionAt(a), this.#correctionAt(b)];
    if (a === undefined || b === undefined) {
      const offM = Math.abs(positionM - (a ?? b)?.positionM);
      return trailMs + (correctionA + correctionB) * Math.max(0, 1 - offM / FADE_M);
    }
    const share = (positionM - a.positionM) / (b.positionM - a.positionM);
    const moved = trailMs + correctionA * (1 - share) + correctionB * share;
    return Number.isNaN(moved) ? a.timeMs + share * (b.timeMs - a.timeMs) : moved;
  }

  /** 0 where the trail does not reach the anchor. */
  #correctionAt(anchor: Anchor | undefined): number {
    if (anchor === undefined) return 0;
    const trailMs = this.#trail.timeAt(anchor.positionM);
    return Number.isNaN(trailMs) ? 0 : anchor.timeMs - trailMs;
  }

  /** Index of the last anchor at or before the position; −1 for none. */
  #anchorBehind(positionM: number): number {
    let low = 0;
    let high = this.#anchors.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#anchors[middle].positionM <= positionM) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
