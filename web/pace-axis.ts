/** Seconds for a kilometre that are worth a mark, the fastest first. */
const PACES_S = [120, 150, 180, 210, 240, 270, 300, 330, 360, 420, 480, 600, 900];
const MARK_APART_PX = 24;

/** Round paces for a chart of speed so high: on its axis they are not at round numbers. As uPlot asks for them. */
export function paceMarks(heightPx: number) {
  return (_plot: unknown, _axis: number, min: number, max: number): number[] => {
    const apart = ((max - min) * MARK_APART_PX) / heightPx;
    const marks: number[] = [];
    for (const seconds of PACES_S) {
      const mps = 1_000 / seconds;
      const last = marks.at(-1);
      if (mps >= min && mps <= max && (last === undefined || last - mps >= apart)) marks.push(mps);
    }
    return marks;
  };
}
