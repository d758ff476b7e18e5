/** Seconds for a kilometre or a mile that are worth a mark, the fastest first. */
const PACES_S = [120, 150, 180, 210, 240, 270, 300, 330, 360, 420, 480, 540, 600, 720, 900, 1_200, 1_500];
const MARK_APART_PX = 24;

/**
 * Round paces for a chart of speed so high, of `wayM` each: on its axis they are not at round numbers. As uPlot asks
 * for them.
 */
export function paceMarks(heightPx: number, wayM: number) {
  return (_plot: unknown, _axis: number, min: number, max: number): number[] => {
    const apart = ((max - min) * MARK_APART_PX) / heightPx;
    const marks: number[] = [];
    for (const seconds of PACES_S) {
      const mps = wayM / seconds;
      const last = marks.at(-1);
      if (mps >= min && mps <= max && (last === undefined || last - mps >= apart)) marks.push(mps);
    }
    return marks;
  };
}
