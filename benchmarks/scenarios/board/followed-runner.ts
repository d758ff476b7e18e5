import type { Connection } from '../../../runtime/device-client/connection.ts';
import type { LatencyHistogram } from '../../../runtime/latency.ts';
import type { CourseLine } from '../../../schemas/course-line.ts';
import { encodeFrame } from '../../../schemas/frame/encode.ts';

/** So steady that a place says which frame it is of. */
export const SPEED_MPS = 4;
const ACCURACY_DM = 30;
/** A place on the board may be off the one that was sent by so much: a third of the way to the next one. */
const OFF_M = 1.4;
const SECOND_MS = 1_000;

export interface RunnerPlan {
  readonly bib: string;
  readonly device: string;
  /** 16 hex digits. */
  readonly boot: string;
  readonly line: CourseLine;
  readonly connection: Connection;
}

/** What somebody who follows is told of a row, as far as it matters here. */
export interface ToldRow {
  readonly bib: string;
  readonly positionM?: number | null;
}

/** A runner who sends a frame a second, and whom somebody follows. */
export class FollowedRunner {
  readonly bib: string;
  readonly #plan: RunnerPlan;
  readonly #sentAtMs: number[] = [];
  readonly #into: (LatencyHistogram | null)[] = [];
  #latency: LatencyHistogram | null = null;
  /** Frames whose place, or a later one, was told. */
  seen = 0;
  /** Places that are of no frame. */
  strange = 0;
  /** Frames that were not acknowledged as stored, by what became of them. */
  readonly failed: string[] = [];

  constructor(plan: RunnerPlan) {
    this.bib = plan.bib;
    this.#plan = plan;
  }

  get sent(): number {
    return this.#sentAtMs.length;
  }

  /** Of frames sent from now on; null for none. */
  measureInto(latency: LatencyHistogram | null): void {
    this.#latency = latency;
  }

  send(): void {
    const { device, boot, line, connection } = this.#plan;
    const n = this.sent;
    const { latitudeE7, longitudeE7 } = line.at(n * SPEED_MPS);
    const nowMs = Date.now();
    const columns = {
      ...{ latitude: [latitudeE7], longitude: [longitudeE7] },
      ...{ horizontal_accuracy: [ACCURACY_DM], speed: [SPEED_MPS * 1_000] },
    };
    const frame = encodeFrame({ device, boot, seq: n + 1, source: 'gps', sentMs: nowMs, timesMs: [nowMs], columns });
    this.#sentAtMs.push(performance.now());
    this.#into.push(this.#latency);
    void connection.send(frame).then((outcome) => {
      if (outcome.kind !== 'acknowledged' || outcome.reason !== null) this.failed.push(outcome.kind);
    });
  }

  /** The board is a delta: its place is that of the newest frame that is in it. */
  hear({ positionM }: ToldRow): void {
    if (positionM === undefined || positionM === null) return;
    const nowMs = performance.now();
    const n = Math.round(positionM / SPEED_MPS);
    if (Math.abs(positionM - n * SPEED_MPS) > OFF_M || n >= this.sent) this.strange++;
    for (; this.seen <= n && this.seen < this.sent; this.seen++)
      this.#into[this.seen]?.record(nowMs - this.#sentAtMs[this.seen]);
  }

  close(): Promise<void> {
    return this.#plan.connection.close();
  }
}

/** Each runner a frame every second, all of them spread over the second, until the signal aborts. */
export async function sendEachSecond(
  runners: readonly FollowedRunner[],
  sleep: (ms: number) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const fromMs = performance.now();
  for (let sent = 0; !signal.aborted; ) {
    const due = Math.floor(((performance.now() - fromMs) / SECOND_MS) * runners.length);
    for (; sent < due; sent++) runners[sent % runners.length].send();
    await sleep(5);
  }
}
