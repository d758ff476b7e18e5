/** How samples become activities. Times are event time unless they say otherwise. */
export interface ActivityOptions {
  /** An activity ends when nothing moved for this long, unless the device says when it ends. */
  readonly silenceS: number;
  /** What comes after the last movement still counts for this long: the heart goes on. */
  readonly tailS: number;
  /** What the stream alone shows and is shorter is no activity. */
  readonly minActivityS: number;
  /** A second becomes final once every source is this far past it … */
  readonly graceS: number;
  /** … and, however far the others are, once the newest sample is this far past it. */
  readonly latenessS: number;
  /** A source that was not heard of for this long, in message time, is not waited for. */
  readonly sourceIdleMs: number;
  /** What is older than this when it comes is looked at together with what is stored. */
  readonly backlogMs: number;
  /** Who was not heard of for this long, in message time, is forgotten, and no byte of them stays in a checkpoint. */
  readonly forgetMs: number;
  /** Athletes that one shard keeps in memory; those heard of longest ago are forgotten, their activity ended. */
  readonly maxAthletes: number;
  /** Ended activities that wait to be written, for each shard. */
  readonly maxUnwritten: number;
  /** Spans of athletes that wait to be computed again, for each shard. */
  readonly maxRecomputes: number;
  readonly maxRecomputesPerEmit: number;
}

export const DEFAULT_ACTIVITY_OPTIONS: ActivityOptions = {
  silenceS: 600,
  tailS: 60,
  minActivityS: 60,
  graceS: 2,
  latenessS: 90,
  sourceIdleMs: 60_000,
  backlogMs: 1_800_000,
  forgetMs: 30 * 86_400_000,
  maxAthletes: 10_000,
  maxUnwritten: 2_000,
  maxRecomputes: 4_096,
  maxRecomputesPerEmit: 8,
};
