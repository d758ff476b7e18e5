import { createHash } from 'node:crypto';
import type { Range } from './activity-metrics.ts';
import type { GearKind } from './athlete-settings.ts';
import type { Sport } from './events.ts';

/** What wears gear out. Whatever was not measured is null, never 0. */
export interface LoadNumbers {
  readonly distanceM: number | null;
  readonly movingS: number | null;
  readonly elevationGainM: number | null;
  /** Foot strikes of both feet. */
  readonly impacts: number | null;
  /** Time moving in the wet. */
  readonly wetS: number | null;
}
export type LoadName = keyof LoadNumbers;

/** What one activity did to one piece of gear. The greatest (revision, epoch) holds, as for the activity. */
export interface GearLoad extends LoadNumbers {
  readonly athlete: string;
  /** As the athlete's settings name it. */
  readonly gear: string;
  readonly kind: GearKind;
  readonly activity: string;
  /** The activity's. */
  readonly revision: number;
  /** False when the activity was withdrawn, or the gear was not in use in it after all: nothing counts then. */
  readonly isCounted: boolean;
  readonly sport: Sport;
  readonly startMs: number;
  readonly endMs: number;
  readonly airTemperatureC: Range | null;
  /** Numbers whose evidence is poor: see the activity's metrics. */
  readonly marked: readonly LoadName[];
}

/** Follows from athlete, gear and activity, so whoever publishes it names it the same. */
export function gearLoadId({ athlete, gear, activity }: Pick<GearLoad, 'athlete' | 'gear' | 'activity'>): string {
  return createHash('sha256').update([athlete, gear, activity].join('\0')).digest('hex').slice(0, 16);
}
