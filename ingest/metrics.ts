import type { Reason } from '../schemas/reasons.ts';
import type { DecodedBatch } from './lane/task.ts';

/** What the path of a frame reports about itself. */
export interface IngestMetrics {
  /** A batch is durable, `ageMs` after the oldest of its frames came. */
  stored(batch: Pick<DecodedBatch, 'frames' | 'samples' | 'nulled' | 'block'>, ageMs: number): void;
  /** One frame ended otherwise. */
  ended(reason: Reason): void;
  clockJumps(frames: number): void;
  publishRetried(error: Error): void;
  threadFailed(error: unknown): void;
}
