import type { ProgressMotion } from '../../../schemas/progress.ts';

/** Along the whole course: of a marathon one each 420 m. A hundred bytes an athlete. */
export const HEART_PLACES = 100;
const NOTHING = 0;

/** What is kept of it. */
export interface HeartMemory {
  readonly finishM: number;
  readonly beats: Uint8Array<ArrayBuffer>;
}

/**
 * The heart rate of one athlete along the course, bpm, as the spans of their motion told it: of each hundredth of the
 * way the first that was measured there. It is made only for whoever lets everybody see it (`showsHeartRate`).
 */
export class HeartLine {
  readonly finishM: number;
  readonly #beats: Uint8Array<ArrayBuffer>;

  constructor(finishM: number, beats = new Uint8Array(HEART_PLACES)) {
    this.finishM = finishM;
    this.#beats = beats;
  }

  /** True when it is news. A position that falls back behind an earlier one changes nothing. */
  note({ positionM, heartRate }: Pick<ProgressMotion, 'positionM' | 'heartRate'>): boolean {
    const place = Math.floor((positionM / this.finishM) * HEART_PLACES);
    const isOnWay = place >= 0 && place < HEART_PLACES;
    if (heartRate === null || !isOnWay || this.#beats[place] !== NOTHING) return false;
    this.#beats[place] = Math.max(1, Math.min(255, Math.round(heartRate)));
    return true;
  }

  /** In the middle of each part of the way in which something was measured. */
  all(): (readonly [positionM: number, heartRate: number])[] {
    return [...this.#beats].flatMap((beats, place) => (beats === NOTHING ? [] : [[this.#middleOf(place), beats]]));
  }

  /** The same on a course whose finish lies elsewhere. */
  until(finishM: number): HeartLine {
    const moved = new HeartLine(finishM);
    for (const [positionM, heartRate] of this.all()) moved.note({ positionM, heartRate });
    return moved;
  }

  memory(): HeartMemory {
    return { finishM: this.finishM, beats: this.#beats.slice() };
  }

  #middleOf(place: number): number {
    return ((place + 0.5) * this.finishM) / HEART_PLACES;
  }
}
