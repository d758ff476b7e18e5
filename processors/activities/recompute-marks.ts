/** A span of an athlete's time whose activities have to be found again in the stored samples. */
export interface RecomputeMark {
  readonly athlete: string;
  fromMs: number;
  untilMs: number;
  /** Sequence of the last message that asks for it: the raw table must have it first. */
  lastSeq: number;
  readonly devices: Set<string>;
  /** Version of the settings that somebody asked to see in it; every device of the span is looked at then. */
  askedVersion?: number;
}

/**
 * There is no room for another span. Nothing is lost: the messages are in the log, and the shard goes on from its
 * checkpoint once the store has taken the recomputes that wait.
 */
export class RecomputesFullError extends Error {
  override name = 'RecomputesFullError';
}

/** Spans that wait, those of one athlete apart from each other by more than `apartMs`, the oldest first. */
export class RecomputeMarks {
  readonly #maxMarks: number;
  readonly #apartMs: number;
  #marks: RecomputeMark[] = [];

  constructor(maxMarks: number, apartMs: number) {
    this.#maxMarks = maxMarks;
    this.#apartMs = apartMs;
  }

  get all(): readonly RecomputeMark[] {
    return this.#marks;
  }

  /** Throws {@link RecomputesFullError}. */
  add(mark: RecomputeMark): void {
    const { athlete, fromMs, untilMs } = mark;
    const near = this.#marks.find(
      (one) =>
        one.athlete === athlete && one.fromMs - this.#apartMs <= untilMs && fromMs <= one.untilMs + this.#apartMs,
    );
    if (near === undefined) {
      if (this.#marks.length >= this.#maxMarks) {
        throw new RecomputesFullError(`${this.#maxMarks} spans wait to be computed again already`);
      }
      this.#marks.push(mark);
      return;
    }
    near.fromMs = Math.min(near.fromMs, fromMs);
    near.untilMs = Math.max(near.untilMs, untilMs);
    near.lastSeq = Math.max(near.lastSeq, mark.lastSeq);
    for (const device of mark.devices) near.devices.add(device);
    if (mark.askedVersion === undefined) return;
    near.askedVersion = Math.max(near.askedVersion ?? 0, mark.askedVersion);
  }

  /** What waits for the athlete has to be later than what was published at `seq`, and see all of these devices. */
  postpone(athlete: string, seq: number, devices: Iterable<string>): void {
    for (const mark of this.#marks) {
      if (mark.athlete !== athlete) continue;
      mark.lastSeq = Math.max(mark.lastSeq, seq);
      for (const device of devices) mark.devices.add(device);
    }
  }

  /** A recompute of the mark as it was up to `seq` was stored: unless more was asked for meanwhile it is done. */
  settle(mark: RecomputeMark, seq: number): void {
    if (mark.lastSeq <= seq) this.#marks = this.#marks.filter((one) => one !== mark);
  }
}
