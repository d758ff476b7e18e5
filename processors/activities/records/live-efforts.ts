import type { Sport } from '../../../schemas/events.ts';
import { type ActivityEffort, distanceEfforts, peakEfforts } from '../activity-efforts.ts';
import type { LiveMetrics } from '../metrics/activity-metrics.ts';
import { isTooShort, type Session } from '../session.ts';

/** What of an activity that goes on can be a record already: efforts over a distance or a duration, once final. */
export interface LiveEfforts {
  readonly activity: string;
  readonly revision: number;
  readonly sport: Sport;
  /** End of the last second that is final. */
  readonly finalMs: number;
  readonly efforts: readonly ActivityEffort[];
}

/** What is asked of a session. */
export type LiveSession = Pick<Session, 'id' | 'aliveS'> & {
  readonly start: Pick<Session['start'], 'startS' | 'sport' | 'origin' | 'follows'>;
  readonly metrics: Pick<LiveMetrics, 'bests' | 'bestsMark'>;
};

/**
 * Null while it may turn out to be no activity at all, because it is shorter than `minActivityS` and no device said
 * that it is one.
 */
export function liveEffortsOf(session: LiveSession, revision: number, minActivityS: number): LiveEfforts | null {
  if (isTooShort(session, minActivityS)) return null;
  const { id, start, metrics } = session;
  const { startS, sport } = start;
  const { lengthS, efforts, peaks } = metrics.bests();
  const startMs = startS * 1000;
  return {
    activity: id,
    revision,
    sport,
    finalMs: startMs + lengthS * 1000,
    efforts: [...distanceEfforts(startMs, efforts), ...peakEfforts('power', startMs, peaks)],
  };
}
