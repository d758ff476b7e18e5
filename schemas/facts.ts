import type { ActivityRecord } from './activity.ts';
import type { GearLoad } from './gear-load.ts';
import type { RecordClaim } from './record.ts';

/** What processors say happened, in FACTS. Applied only when its revision is greater than the one that is known. */
interface AnyFact {
  readonly revision: number;
  readonly epoch: number;
  /** Message time of the last message that it follows from. */
  readonly knownAtMs: number;
  /** Of the algorithms that computed it. */
  readonly versions: Readonly<Record<string, number>>;
}

export interface WorkoutFact extends AnyFact {
  readonly kind: 'workout.finished' | 'workout.withdrawn';
  /** The activity's id. */
  readonly entity: string;
  /** Event time: when the activity ended. */
  readonly eventTimeMs: number;
  readonly activity: ActivityRecord;
}

/** An athlete crossed a checkpoint, as positions show it: a first, a settled, and perhaps a mended revision. */
export interface CrossingFact extends AnyFact {
  readonly kind: 'race.crossing';
  /** {@link crossingEntity}. */
  readonly entity: string;
  /** Event time: when it was crossed. */
  readonly eventTimeMs: number;
  readonly crossing: RaceCrossing;
}

export interface RaceCrossing {
  readonly race: string;
  readonly raceVersion: number;
  readonly bib: string;
  readonly athlete: string;
  readonly checkpoint: string;
  /** From 1. */
  readonly pass: number;
  readonly timeMs: number;
  /** Standard deviation. */
  readonly sigmaMs: number;
  readonly source: 'gps';
  /** No data of its seconds is expected any more: only what comes late changes it. */
  readonly isSettled: boolean;
  /** It did not happen after all. */
  readonly isWithdrawn: boolean;
}

/** An athlete holds a record, or holds it no more. Both kinds count in one row of revisions. */
export interface RecordFact extends AnyFact {
  readonly kind: 'record.set' | 'record.withdrawn';
  /** See `recordId`. */
  readonly entity: string;
  /** Event time: when the effort ended. */
  readonly eventTimeMs: number;
  readonly record: RecordClaim;
}

/** What an activity did to a piece of gear; later revisions replace earlier ones. */
export interface GearFact extends AnyFact {
  readonly kind: 'gear.load';
  /** See `gearLoadId`. */
  readonly entity: string;
  /** Event time: when the activity ended. */
  readonly eventTimeMs: number;
  readonly load: GearLoad;
}

export type Fact = WorkoutFact | CrossingFact | RecordFact | GearFact;

/** Words of a subject: race and checkpoint ids and bibs have no dots. */
export function crossingEntity({
  race,
  bib,
  checkpoint,
  pass,
}: Pick<RaceCrossing, 'race' | 'bib' | 'checkpoint' | 'pass'>): string {
  return `${race}.${bib}.${checkpoint}.${pass}`;
}

/**
 * Unique for ever: the same fact from two processes is kept once while the stream looks for repeats. An activity that
 * was computed with other settings after a fail-over is another fact.
 */
export function factMessageId(fact: Fact): string {
  const { kind, entity, revision } = fact;
  const settings = 'activity' in fact ? `.${fact.activity.settingsVersion}` : '';
  return `${kind}.${entity}.${revision}${settings}`;
}
