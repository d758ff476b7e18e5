import type { ActivityRecord } from './activity.ts';

/** What processors say happened, in FACTS. Applied only when its revision is greater than the one that is known. */
export type Fact = {
  readonly kind: 'workout.finished' | 'workout.withdrawn';
  /** The activity's id. */
  readonly entity: string;
  readonly revision: number;
  readonly epoch: number;
  /** Event time: when the activity ended. */
  readonly eventTimeMs: number;
  /** Message time of the last message that it follows from. */
  readonly knownAtMs: number;
  /** Of the algorithms that computed it. */
  readonly versions: Readonly<Record<string, number>>;
  readonly activity: ActivityRecord;
};

/** Unique for ever: the same fact from two processes is kept once while the stream looks for repeats. */
export function factMessageId({ kind, entity, revision }: Fact): string {
  return `${kind}.${entity}.${revision}`;
}
