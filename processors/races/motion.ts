import type { ProgressMotion } from '../../schemas/progress.ts';

/** Spans of event time, the same for everybody, over which a place is a median: a receiver's jumps leave no trace. */
export const SPAN_MS = 10_000;
const MAX_FIXES = 16;
/** The body's values are means over so many spans, and may come as late as spans are kept. */
const BODY_SPANS = 3;
const KEPT_BODIES = 8;
/** An hour. What is older is told as one long step: sums only grow. */
export const MAX_NEWS = 360;
/** A day: so much may be told again from the beginning. */
export const MAX_NEWS_AGAIN = 8_640;

/** A fix that is in its final place, with what the position filter says of it. */
export interface Passed {
  readonly atMs: number;
  /** On the plane of the course. */
  readonly eastM: number;
  readonly northM: number;
  /** Along the course; NaN while nothing is known. */
  readonly positionM: number;
  readonly isOffCourse: boolean;
}

/** The last that was measured within a span; 0 and null before anything was. */
interface SpanBody {
  readonly span: number;
  heartMs: number;
  heartRate: number | null;
  cadenceMs: number;
  cadence: number | null;
}

/** All of it that a checkpoint keeps. */
export interface MotionMemory {
  /** None in checkpoints of before there were any. */
  readonly round?: number;
  readonly told: ProgressMotion | null;
  readonly velocity: readonly [eastMps: number, northMps: number];
  readonly span: number;
  readonly fixes: readonly Passed[];
  readonly bodies: readonly SpanBody[];
}

/**
 * How one athlete moves, whatever the course says: where they were in the middle of each span of ten seconds, the way
 * between such places summed up, and what their body told. The review compares it with positions along the course.
 * Fixes come in the order of their time, once nothing puts another one between them.
 */
export class Motion {
  /** Spans that are over since the last tick, in their order: many after a burst of old data. */
  news: ProgressMotion[] = [];
  /** How often everything was told again from the beginning. */
  round = 0;
  /** False once a span that was over went untold. */
  isWhole = true;
  #mostNews: number;
  #told: ProgressMotion | null = null;
  #velocity: readonly [number, number] = [0, 0];
  #span = 0;
  #fixes: Passed[] = [];
  #bodies: SpanBody[] = [];

  constructor(mostNews = MAX_NEWS) {
    this.#mostNews = mostNews;
  }

  /** The last span that is over; null before the first. */
  get told(): ProgressMotion | null {
    return this.#told;
  }

  pass(fix: Passed): void {
    const span = Math.floor(fix.atMs / SPAN_MS);
    if (span !== this.#span) this.#close();
    this.#span = span;
    if (this.#fixes.length < MAX_FIXES) this.#fixes.push(fix);
  }

  /** What the body said; null for what it did not. It may come in any order, and more than once. */
  feel(atMs: number, heartRate: number | null, cadence: number | null): void {
    const span = Math.floor(atMs / SPAN_MS);
    let body = this.#bodies.find((one) => one.span === span);
    if (body === undefined) {
      body = { span, heartMs: 0, heartRate: null, cadenceMs: 0, cadence: null };
      this.#bodies = [...this.#bodies, body].sort((a, b) => a.span - b.span).slice(-KEPT_BODIES);
    }
    if (heartRate !== null && atMs >= body.heartMs) Object.assign(body, { heartMs: atMs, heartRate });
    if (cadence !== null && atMs >= body.cadenceMs) Object.assign(body, { cadenceMs: atMs, cadence });
  }

  /** The spans of one message were told. */
  dropTold(): void {
    this.news.splice(0, MAX_NEWS);
    if (this.news.length === 0) this.#mostNews = MAX_NEWS;
  }

  /** Nobody takes what there is to tell. */
  dropAll(): void {
    if (this.news.length > 0) this.isWhole = false;
    this.news = [];
  }

  /**
   * Tells everything again from the beginning, as stored samples show it with what came too late to be told in its
   * turn; what is told behind it goes on with its sums. Of what the store does not have yet nothing is claimed.
   */
  tellAgain(spans: readonly ProgressMotion[]): void {
    const told = this.#told;
    const again = told === null ? [] : spans.filter(({ untilMs }) => untilMs <= told.untilMs);
    const last = again.at(-1);
    if (told === null || last === undefined) return;
    this.round++;
    this.#mostNews = MAX_NEWS_AGAIN;
    const unseenMs = last.unseenMs + told.untilMs - last.untilMs;
    this.#told = { ...told, travelledM: last.travelledM, unseenMs };
    this.news = last.untilMs < told.untilMs ? [...again, this.#told] : [...again];
  }

  memory(): MotionMemory {
    return {
      ...{ round: this.round, told: this.#told, velocity: this.#velocity, span: this.#span },
      ...{ fixes: this.#fixes, bodies: this.#bodies },
    };
  }

  recall({ round = 0, told, velocity, span, fixes, bodies }: MotionMemory): void {
    this.round = round;
    this.#told = told;
    this.news = told === null ? [] : [told];
    this.#velocity = velocity;
    this.#span = span;
    this.#fixes = [...fixes];
    this.#bodies = bodies.map((body) => ({ ...body }));
  }

  #close(): void {
    const fixes = this.#fixes;
    this.#fixes = [];
    const final = fixes.at(-1);
    // Before the filter knows where they are nothing can be compared.
    if (final === undefined || !Number.isFinite(final.positionM)) return;
    const last = this.#told;
    const fromMs = this.#span * SPAN_MS;
    const afterMs = fixes.reduce((sum, { atMs }) => sum + atMs - fromMs, 0) / fixes.length;
    // Two devices measure at different moments of a span: both are told where they were in its middle.
    const towardsS = (SPAN_MS / 2 - afterMs) / 1_000;
    const eastM = medianOf(fixes.map((fix) => fix.eastM)) + this.#velocity[0] * towardsS;
    const northM = medianOf(fixes.map((fix) => fix.northM)) + this.#velocity[1] * towardsS;
    const untilMs = fromMs + SPAN_MS;
    const sinceMs = last === null ? SPAN_MS : untilMs - last.untilMs;
    const [eastwardM, northwardM] = last === null ? [0, 0] : [eastM - last.eastM, northM - last.northM];
    if (last !== null) this.#velocity = [(1_000 * eastwardM) / sinceMs, (1_000 * northwardM) / sinceMs];
    this.#told = {
      untilMs,
      eastM: rounded(eastM),
      northM: rounded(northM),
      positionM: rounded(final.positionM),
      isOffCourse: final.isOffCourse,
      travelledM: rounded((last?.travelledM ?? 0) + Math.hypot(eastwardM, northwardM)),
      unseenMs: (last?.unseenMs ?? 0) + sinceMs - SPAN_MS,
      heartRate: this.#mean('heartRate'),
      cadence: this.#mean('cadence'),
    };
    this.news.push(this.#told);
    if (this.news.length <= this.#mostNews) return;
    this.news.shift();
    this.isWhole = false;
  }

  #mean(name: 'heartRate' | 'cadence'): number | null {
    const near = this.#bodies.filter(({ span }) => span <= this.#span && span > this.#span - BODY_SPANS);
    const values = near.map((body) => body[name]).filter((value) => value !== null);
    return values.length === 0 ? null : rounded(values.reduce((sum, value) => sum + value, 0) / values.length);
  }
}

function medianOf(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
