import type { ActivityMetrics } from '../../../schemas/activity-metrics.ts';
import { type Bests, bestsMark, readBests } from './bests.ts';
import { blockNames, blockOf, decodeState, encodeHead } from './checkpoint.ts';
import type { MetricsConfig } from './config.ts';
import { foldSecond, lap, pause, settle } from './fold.ts';
import { EMPTY_ROW } from './grid.ts';
import { readMetrics } from './snapshot.ts';
import {
  type ActivityState,
  AT_CLOCK,
  AT_VARIABILITY,
  CELLS,
  IS_PAUSED,
  MAX_ACTIVITY_S,
  NEXT,
  newState,
} from './state.ts';
import { foldBeat } from './variability.ts';

export type ActivityEvent = 'pause' | 'resume' | 'lap' | 'stop';

/**
 * The metrics of one activity (one sport of it: a triathlon's legs are activities of their own), from its grid of
 * seconds. The same seconds, beats and events in order give the same metrics, live or years later.
 *
 * Order: for each second its row if it has one, then its beats, then its events, which take effect after it. Seconds
 * that have nothing are left out.
 *
 * Whole seconds are final when folded. The newest seconds, for which late samples are still waited for, are not folded
 * but shown: {@link LiveMetrics.snapshotWith} folds them, reads, and takes them back.
 */
export interface LiveMetrics {
  /** Throws RangeError for a second that is not after the last, or further from the start than an activity can be. */
  fold(atS: number, grid: Int32Array, from: number): void;
  /** A beat and the time since the one before, in tenths of a millisecond (the unit of the channel). */
  foldBeat(atMs: number, interval: number): void;
  /** Throws RangeError for an event that is in an earlier second than the last one folded. */
  foldEvent(event: ActivityEvent, atS: number): void;
  /** The metrics of what is final. */
  snapshot(): ActivityMetrics;
  /** The metrics with what `foldPending` folds into this; afterwards all is as it was before. */
  snapshotWith(foldPending: () => void): ActivityMetrics;
  /** Best efforts and peak powers of what is final. */
  bests(): Bests;
  /** Changes when a value in {@link LiveMetrics.bests} does; cheap. */
  bestsMark(): number;
  /** What changes all the time; with the blocks it is the whole state. */
  encodeHead(): Uint8Array<ArrayBuffer>;
  /**
   * Names of the blocks of seconds that are full. The same name has the same bytes for ever, so a checkpoint keeps each
   * once; a name that is gone is needed no more. The list is the same one until another name is in it.
   */
  blockNames(): readonly string[];
  /** Throws RangeError for a name that is not among them. */
  block(name: string): Uint8Array;
  /** All of them, by name. */
  blocks(): Map<string, Uint8Array>;
  /** Memory that grows with the activity, and what is fixed. */
  bytes(): number;
}

/** Throws RangeError for a configuration that no activity can have. */
export function createActivityMetrics(config: MetricsConfig): LiveMetrics {
  return new Live(newState(config));
}

/**
 * Goes on from a checkpoint, which holds its configuration. Throws CheckpointError when it is of another version: the
 * metrics are then computed again from the stored samples.
 */
export function restoreActivityMetrics(
  head: Uint8Array,
  blocks: ReadonlyMap<string, Uint8Array>,
): { config: MetricsConfig; metrics: LiveMetrics } {
  const activity = decodeState(head, blocks);
  return { config: activity.config, metrics: new Live(activity) };
}

/** Where the final numbers wait while provisional ones are shown; nothing else runs meanwhile. */
const kept = new Float64Array(CELLS);

class Live implements LiveMetrics {
  readonly #activity: ActivityState;
  #isProvisional = false;
  #blocks: { readonly version: string; readonly names: readonly string[] } = { version: '', names: [] };

  constructor(activity: ActivityState) {
    this.#activity = activity;
  }

  fold(atS: number, grid: Int32Array, from: number): void {
    this.#foldEmptyUntil(atS);
    foldSecond(this.#activity, atS - this.#activity.config.startS, grid, from);
  }

  foldBeat(atMs: number, interval: number): void {
    foldBeat(this.#activity.cells, AT_VARIABILITY, atMs, interval);
  }

  foldEvent(event: ActivityEvent, atS: number): void {
    const activity = this.#activity;
    const index = atS - activity.config.startS;
    if (index !== activity.cells[AT_CLOCK + NEXT] - 1) this.#foldEmptyUntil(atS + 1);
    if (event === 'lap') lap(activity);
    else if (event === 'resume') activity.cells[AT_CLOCK + IS_PAUSED] = 0;
    else if (event === 'pause' && activity.cells[AT_CLOCK + IS_PAUSED] === 0) pause(activity);
  }

  snapshot(): ActivityMetrics {
    settle(this.#activity);
    return readMetrics(this.#activity);
  }

  bests(): Bests {
    settle(this.#activity);
    return readBests(this.#activity);
  }

  bestsMark(): number {
    settle(this.#activity);
    return bestsMark(this.#activity);
  }

  snapshotWith(foldPending: () => void): ActivityMetrics {
    if (this.#isProvisional) throw new Error('provisional seconds are being shown already');
    settle(this.#activity);
    const { cells, distance, power, settled, metric, imperial, laps } = this.#activity;
    const settledUntil = { ...settled };
    const [series, lists] = [
      [distance, power],
      [metric, imperial, laps],
    ];
    const lengths = lists.map(({ length }) => length);
    kept.set(cells);
    for (const one of series) one.hold();
    this.#isProvisional = true;
    try {
      foldPending();
      settle(this.#activity);
      return readMetrics(this.#activity);
    } finally {
      this.#isProvisional = false;
      cells.set(kept);
      Object.assign(settled, settledUntil);
      for (const one of series) one.release();
      lists.forEach((list, i) => {
        list.truncate(lengths[i]);
      });
    }
  }

  encodeHead(): Uint8Array<ArrayBuffer> {
    settle(this.#activity);
    return encodeHead(this.#activity);
  }

  blockNames(): readonly string[] {
    const { distance, power } = this.#activity;
    const [one, other] = [distance.fullRange(), power.fullRange()];
    const version = `${one.from} ${one.until} ${other.from} ${other.until}`;
    if (version !== this.#blocks.version) this.#blocks = { version, names: blockNames(this.#activity) };
    return this.#blocks.names;
  }

  block(name: string): Uint8Array {
    return blockOf(this.#activity, name);
  }

  blocks(): Map<string, Uint8Array> {
    return new Map(this.blockNames().map((name) => [name, this.block(name)]));
  }

  bytes(): number {
    const { cells, distance, power, metric, imperial, laps } = this.#activity;
    return [distance, power, metric, imperial, laps].reduce((sum, list) => sum + list.bytes(), cells.byteLength);
  }

  #foldEmptyUntil(atS: number): void {
    const { cells, config } = this.#activity;
    const until = atS - config.startS;
    const next = cells[AT_CLOCK + NEXT];
    if (!(until >= next && until < MAX_ACTIVITY_S)) {
      throw new RangeError(`second ${until} of an activity cannot follow second ${next - 1}`);
    }
    for (let index = next; index < until; index++) foldSecond(this.#activity, index, EMPTY_ROW, 0);
  }
}
