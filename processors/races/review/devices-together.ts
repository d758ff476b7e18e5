import type { ProgressMotion } from '../../../schemas/progress.ts';
import type { Suspicion } from '../../../schemas/review.ts';

/** Where one athlete was in the middle of a span, and which way they went. */
interface Place {
  readonly eastM: number;
  readonly northM: number;
  readonly positionM: number;
  readonly heartRate: number | null;
  readonly eastward: number;
  readonly northward: number;
}

/** Of one axis: sums of the distance from the one device to the other, and of how it changes from span to span. */
interface Axis {
  last: number;
  sum: number;
  squares: number;
  stepSquares: number;
}

export interface Pair {
  readonly bibs: readonly [string, string];
  readonly fromMs: number;
  readonly fromM: number;
  untilMs: number;
  untilM: number;
  spans: number;
  readonly along: Axis;
  readonly across: Axis;
  hearts: number;
  heartOff: number;
  /** Spans in a row in which they were farther apart than a receiver explains. */
  apart: number;
}

const MAX_PAIRS = 20_000;
/** Spans of athletes arrive within so many of each other, two minutes, or are not compared. */
const KEPT_SPANS = 12;
const NEAR_M = 8;
const APART_M = 25;
const APART_SPANS = 2;
/** Who stands is near to everybody else who waits. */
const LEAST_MPS = 0.8;
/** After the start all are near to each other for a while. */
const AFTER_START_M = 600;
const LEAST_SPANS = 48;
/** Two hands of one body, and the edges of what receivers do. */
const MAX_OFFSET_M = 1.1;
const MAX_RATIO = 1.3;
const SAME_HEART_BPM = 4;
const HEART_SPANS = 24;
/** Two hearts that beat as one, beside each other, need no long look: four minutes. */
const ONE_HEART_BPM = 1;
const LEAST_SPANS_OF_ONE_HEART = 24;
/** Over so short a time noise alone wanders by more. */
const MAX_RATIO_OF_ONE_HEART = 1.5;

/**
 * Pairs of devices that travel together. Friends who run side by side move about each other: over minutes the distance
 * between them wanders by more than it changes from span to span, and they keep a body's width. What one body carries
 * differs by the noise of the receivers alone: its mean is next to nothing, and its variance is half that of its steps
 * (the ratio of von Neumann 1941, Annals of Mathematical Statistics 12:367–395). Where both tell the same heart rate,
 * that settles it.
 */
export class DevicePairs {
  readonly #pairs = new Map<string, Pair>();
  readonly #of = new Map<string, Set<Pair>>();
  readonly #spans = new Map<number, { places: Map<string, Place>; cells: Map<string, string[]> }>();

  get size(): number {
    return this.#pairs.size;
  }

  /** Takes a span of one athlete; returns the pairs that have one more in common, or ended. */
  see(bib: string, before: ProgressMotion, now: ProgressMotion): Pair[] {
    const seconds = (now.untilMs - before.untilMs) / 1_000;
    const [eastM, northM] = [now.eastM - before.eastM, now.northM - before.northM];
    const wayM = Math.hypot(eastM, northM);
    if (wayM < LEAST_MPS * seconds || now.positionM < AFTER_START_M) return [];
    const place: Place = {
      ...{ eastM: now.eastM, northM: now.northM, positionM: now.positionM, heartRate: now.heartRate },
      ...{ eastward: eastM / wayM, northward: northM / wayM },
    };
    const span = this.#span(now.untilMs);
    if (span === null || span.places.has(bib)) return [];
    this.#meet(bib, place, now.untilMs, span);
    span.places.set(bib, place);
    const cell = cellOf(place, 0, 0);
    span.cells.set(cell, [...(span.cells.get(cell) ?? []), bib]);
    const changed: Pair[] = [];
    for (const pair of this.#of.get(bib) ?? []) {
      const [one, other] = pair.bibs;
      const [a, b] = [span.places.get(one), span.places.get(other)];
      if (a === undefined || b === undefined) continue;
      compare(pair, a, b, now.untilMs);
      changed.push(pair);
      if (pair.apart >= APART_SPANS) this.#end(pair);
    }
    return changed;
  }

  #span(untilMs: number) {
    const known = this.#spans.get(untilMs);
    if (known !== undefined) return known;
    const newest = Math.max(...this.#spans.keys());
    if (this.#spans.size >= KEPT_SPANS && untilMs < newest) return null;
    const span = { places: new Map<string, Place>(), cells: new Map<string, string[]>() };
    this.#spans.set(untilMs, span);
    if (this.#spans.size > KEPT_SPANS) this.#spans.delete(Math.min(...this.#spans.keys()));
    return span;
  }

  /** Begins a pair with everybody who is near and in none with this one yet. */
  #meet(
    bib: string,
    place: Place,
    atMs: number,
    { places, cells }: { places: Map<string, Place>; cells: Map<string, string[]> },
  ) {
    for (let east = -1; east <= 1; east++) {
      for (let north = -1; north <= 1; north++) {
        for (const other of cells.get(cellOf(place, east, north)) ?? []) {
          const bibs = bib < other ? ([bib, other] as const) : ([other, bib] as const);
          const key = bibs.join(' ');
          const { eastM, northM } = places.get(other)!;
          const isNear = Math.hypot(eastM - place.eastM, northM - place.northM) <= NEAR_M;
          if (!isNear || this.#pairs.has(key) || this.#pairs.size >= MAX_PAIRS) continue;
          const axis = () => ({ last: 0, sum: 0, squares: 0, stepSquares: 0 });
          const pair: Pair = {
            ...{ bibs, fromMs: atMs, fromM: place.positionM, untilMs: atMs, untilM: place.positionM, spans: 0 },
            ...{ along: axis(), across: axis(), hearts: 0, heartOff: 0, apart: 0 },
          };
          this.#pairs.set(key, pair);
          for (const one of bibs) this.#of.set(one, (this.#of.get(one) ?? new Set()).add(pair));
        }
      }
    }
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair.bibs.join(' '));
    for (const bib of pair.bibs) this.#of.get(bib)?.delete(pair);
  }
}

function cellOf({ eastM, northM }: Place, east: number, north: number): string {
  return `${Math.floor(eastM / NEAR_M) + east} ${Math.floor(northM / NEAR_M) + north}`;
}

function compare(pair: Pair, a: Place, b: Place, untilMs: number): void {
  const [eastM, northM] = [b.eastM - a.eastM, b.northM - a.northM];
  if (Math.hypot(eastM, northM) > APART_M) {
    pair.apart++;
    return;
  }
  pair.apart = 0;
  const isFirst = pair.spans === 0;
  add(pair.along, eastM * a.eastward + northM * a.northward, isFirst);
  add(pair.across, eastM * a.northward - northM * a.eastward, isFirst);
  pair.spans++;
  pair.untilMs = untilMs;
  pair.untilM = a.positionM;
  if (a.heartRate === null || b.heartRate === null) return;
  pair.hearts++;
  pair.heartOff += Math.abs(a.heartRate - b.heartRate);
}

function add(axis: Axis, value: number, isFirst: boolean): void {
  axis.sum += value;
  axis.squares += value * value;
  if (!isFirst) axis.stepSquares += (value - axis.last) ** 2;
  axis.last = value;
}

/** How much more the distance wanders than noise does: 1 for noise alone. */
function ratioOf({ sum, squares, stepSquares }: Axis, spans: number): number {
  const variance = squares / spans - (sum / spans) ** 2;
  return variance / Math.max(0.01, stepSquares / (spans - 1) / 2);
}

/** Null when they are not together for long, or are two. */
export function suspectPair(pair: Pair): Suspicion | null {
  const { bibs, spans, along, across, hearts, heartOff } = pair;
  const knowsHearts = hearts >= HEART_SPANS;
  const offBpm = heartOff / hearts;
  const isOneHeart = knowsHearts && offBpm <= ONE_HEART_BPM;
  const maxRatio = isOneHeart ? MAX_RATIO_OF_ONE_HEART : MAX_RATIO;
  if (spans < (isOneHeart ? LEAST_SPANS_OF_ONE_HEART : LEAST_SPANS)) return null;
  const acrossM = across.sum / spans;
  const [alongRatio, acrossRatio] = [ratioOf(along, spans), ratioOf(across, spans)];
  if (Math.abs(acrossM) > MAX_OFFSET_M || alongRatio > maxRatio || acrossRatio > maxRatio) return null;
  const hundredth = (value: number) => Math.round(100 * value) / 100;
  return {
    ...{ kind: 'devices_together', severity: knowsHearts && offBpm <= SAME_HEART_BPM ? 'high' : 'low' },
    ...{ bibs, about: '' },
    from: { atMs: pair.fromMs, positionM: pair.fromM },
    until: { atMs: pair.untilMs, positionM: pair.untilM },
    numbers: {
      ...{ spans, acrossM: hundredth(acrossM), alongM: hundredth(along.sum / spans) },
      ...{ alongRatio: hundredth(alongRatio), acrossRatio: hundredth(acrossRatio) },
      ...(knowsHearts ? { heartOffBpm: hundredth(offBpm) } : {}),
    },
  };
}
