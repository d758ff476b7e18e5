import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';

/** Values for the labels of a metric: none for a metric without labels, else one text for each label. */
export type LabelArguments<L extends string> = [L] extends [never] ? [] : [labels: Readonly<Record<L, string>>];

/** Counts what happened; only grows. */
export interface Counter<L extends string = never> {
  add(count: number, ...labels: LabelArguments<L>): void;
}

/** A level that goes up and down. */
export interface Gauge<L extends string = never> {
  set(value: number, ...labels: LabelArguments<L>): void;
}

/** How values are spread, in fixed buckets. */
export interface Histogram<L extends string = never> {
  observe(value: number, ...labels: LabelArguments<L>): void;
}

/** One value of a metric with the labels that it belongs to. */
export interface Reading<L extends string> {
  readonly value: number;
  readonly labels: Readonly<Record<L, string>>;
}

/** One value of a metric without labels, or all values of one: a series that is not among them is not shown. */
export type Readings<L extends string> = number | readonly Reading<L>[];

export interface MetricDeclaration<L extends string> {
  /** In snake case with its unit or `total` last; `slipstream_` is put before it. */
  name: string;
  help: string;
  labels?: readonly L[];
}

/** The metrics of one process, in the text format that Prometheus reads. */
export interface Metrics {
  counter<const L extends string = never>(declaration: MetricDeclaration<L>): Counter<L>;
  /** A counter whose totals, since the start, are kept elsewhere and asked for at each scrape. */
  totals<const L extends string>(declaration: MetricDeclaration<L> & { read: () => readonly Reading<L>[] }): void;
  /** With `read`, the gauge is asked for its value at each scrape instead of being set. */
  gauge<const L extends string = never>(
    declaration: MetricDeclaration<L> & { read?: () => Readings<L> | Promise<Readings<L>> },
  ): Gauge<L>;
  histogram<const L extends string = never>(
    declaration: MetricDeclaration<L> & { buckets: readonly number[] },
  ): Histogram<L>;
  text(): Promise<string>;
  readonly contentType: string;
}

/** Buckets for latencies in milliseconds, from a loopback round trip to a minute. */
export const LATENCY_BUCKETS_MS = [
  0.5, 1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000, 60_000,
] as const;

/** `process` becomes a label of all; `runtimeMetrics` adds those of Node: memory, event loop, garbage collection. */
export function createMetrics(process: string, { runtimeMetrics = true }: { runtimeMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  if (runtimeMetrics) collectDefaultMetrics({ register: registry });

  function configuration<L extends string>({ name, help, labels = [] }: MetricDeclaration<L>) {
    return { name: `slipstream_${name}`, help, labelNames: [...labels], registers: [registry] };
  }

  return {
    counter(declaration) {
      const counter = new PromCounter<string>(configuration(declaration));
      return { add: (count, labels?: Readonly<Record<string, string>>) => counter.inc(labels ?? {}, count) };
    },
    totals({ read, ...declaration }) {
      const collect = (): void => {
        counter.reset();
        for (const { value, labels } of read()) counter.inc({ ...labels }, value);
      };
      const counter: PromCounter<string> = new PromCounter<string>({ ...configuration(declaration), collect });
    },
    gauge({ read, ...declaration }) {
      const collect =
        read &&
        (async (): Promise<void> => {
          const now = await read();
          if (typeof now === 'number') return gauge.set(now);
          gauge.reset();
          for (const { value, labels } of now) gauge.set({ ...labels }, value);
        });
      const gauge: PromGauge<string> = new PromGauge<string>({
        ...configuration(declaration),
        ...(collect && { collect }),
      });
      return { set: (value, labels?: Readonly<Record<string, string>>) => gauge.set(labels ?? {}, value) };
    },
    histogram({ buckets, ...declaration }) {
      const histogram = new PromHistogram<string>({ ...configuration(declaration), buckets: [...buckets] });
      return { observe: (value, labels?: Readonly<Record<string, string>>) => histogram.observe(labels ?? {}, value) };
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
