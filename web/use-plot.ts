import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

interface Drawn {
  readonly heightPx: number;
  readonly options: (widthPx: number, library: typeof uPlot) => uPlot.Options;
  readonly data: () => uPlot.AlignedData;
  /** It is made anew when one of these changes … */
  readonly anewWith: readonly unknown[];
  /** … and shows other data when one of these does. */
  readonly changedWith: readonly unknown[];
}

let loading: Promise<typeof uPlot | null> | null = null;

/** The library comes behind what is said in words and numbers; null when it cannot be had now. */
function loadLibrary(): Promise<typeof uPlot | null> {
  loading ??= import('uplot').then(
    (loaded) => loaded.default,
    () => {
      loading = null;
      return null;
    },
  );
  return loading;
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
    let isOpen = true;
    const draw = async () => {
      const Plot = await loadLibrary();
      if (Plot === null || !isOpen) return;
      plot.current?.destroy();
      plot.current = new Plot(options(element.clientWidth, Plot), newest.current(), element);
    };
    void draw();
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: heightPx }));
    resized.observe(element);
    // Colours are read when it is made.
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      isOpen = false;
      scheme.removeEventListener('change', draw);
      resized.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [...anewWith]);
  useEffect(() => plot.current?.setData(data()), [...changedWith]);
  return box;
}
