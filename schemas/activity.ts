import { createHash } from 'node:crypto';
import type { ActivityMetrics } from './activity-metrics.ts';
import type { ActivityOrigins } from './activity-origins.ts';
import type { Sport } from './events.ts';

/** How an activity was found: the device said so, or the stream alone shows it. */
export type ActivityOrigin = 'device' | 'stream';

/**
 * One activity as everyone outside the processors sees it. Of two with the same id the greater revision holds, and of
 * equal ones the greater epoch. What was withdrawn was part of another activity, as later data showed.
 */
export interface ActivityRecord {
  readonly id: string;
  readonly athlete: string;
  /** Sequence of the last message of the frame stream that is in it. */
  readonly revision: number;
  readonly status: 'live' | 'finished' | 'withdrawn';
  readonly origin: ActivityOrigin;
  readonly sport: Sport;
  /** Whole seconds of event time, ms since the epoch; the end is that of the last second that counts. */
  readonly startMs: number;
  readonly endMs: number;
  /** The activity before it in the same multisport event; '' for none. */
  readonly follows: string;
  readonly devices: readonly string[];
  /** Of the athlete's settings in CONFIG that the metrics were computed with; 0 when nothing was stated. */
  readonly settingsVersion: number;
  /** Which device and source gave what. */
  readonly origins: ActivityOrigins;
  readonly metrics: ActivityMetrics | null;
}

/** An activity's id follows from its athlete and first second, so whoever computes it names it the same. */
export function activityId(athlete: string, startMs: number): string {
  return createHash('sha256').update(`${athlete}\0${startMs}`).digest('hex').slice(0, 16);
}
