import type { ActivityRecord } from '../../schemas/activity.ts';
import type { Fact } from '../../schemas/facts.ts';
import { type FactLog, publishFact } from '../publish-facts.ts';
import { METRIC_VERSIONS } from './metrics/versions.ts';

export interface FactsOfActivities extends FactLog {
  readonly epoch: number;
  /** Message time of the last message that they follow from. */
  readonly knownAtMs: number;
  readonly signal: AbortSignal;
}

/** Says what was found; may be repeated. Throws LogFullError and LogUnavailableError. */
export async function publishActivityFacts(
  records: readonly ActivityRecord[],
  { epoch, knownAtMs, signal, ...log }: FactsOfActivities,
): Promise<void> {
  for (const record of records) {
    signal.throwIfAborted();
    await publishFact(log, factOf(record, epoch, knownAtMs));
  }
}

function factOf(activity: ActivityRecord, epoch: number, knownAtMs: number): Fact {
  return {
    kind: activity.status === 'withdrawn' ? 'workout.withdrawn' : 'workout.finished',
    entity: activity.id,
    revision: activity.revision,
    epoch,
    eventTimeMs: activity.endMs,
    knownAtMs,
    versions: METRIC_VERSIONS,
    activity,
  };
}
