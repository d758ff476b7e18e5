import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

interface Drawn {
  readonly heightPx: number;
  readonly options: (widthPx: number) => uPlot.Options;
  readonly data: () => uPlot.AlignedData;
  /** It is made anew when one of these changes … */
  readonly anewWith: readonly unknown[];
  /** … and shows other data when one of these does. */
  readonly changedWith: readonly unknown[];
}

/** A plot in the element that takes the answered reference, as wide as that and in the colours of the scheme. */
export function usePlot({ heightPx, options, data, anewWith, changedWith }: Drawn): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(data);
  newest.current = data;
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(element.clientWidth), newest.current(), element);
    };
    draw();
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: heightPx }));
    resized.observe(element);
    // Colours are read when it is made.
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      scheme.removeEventListener('change', draw);
      resized.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [...anewWith]);
  useEffect(() => plot.current?.setData(data()), [...changedWith]);
  return box;
}
