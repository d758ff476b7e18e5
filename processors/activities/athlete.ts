import type { SpanMs } from '../../schemas/left-out.ts';
import type { Timeline } from './timeline.ts';

/** A source of an athlete, while it is heard of. */
export interface KnownSource {
  readonly device: string;
  readonly source: string;
  rank: number;
  /** When it does not count, as the athlete decided. */
  leftOut: readonly SpanMs[];
  newestMs: number;
  /** Message time. */
  heardMs: number;
}

/** One athlete of a shard: their time, and who measures it. */
export interface Athlete {
  readonly key: string;
  readonly timeline: Timeline;
  readonly sources: Map<string, KnownSource>;
  /** Message time of the last message with rows of the athlete. */
  heardMs: number;
  isResting: boolean;
  /** Sequence of that message. */
  touchedSeq: number;
  /** Of the settings that the ranks of its sources follow; null when they have to be looked at. */
  settingsRevision: number | null;
  /** Sequence of the message, or tick, by which something changed last. */
  changedSeq: number;
}
