import type { MessageLog } from '../../runtime/stream/stream.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import { type Fact, factMessageId } from '../../schemas/facts.ts';
import type { Names } from '../../schemas/names.ts';
import { METRIC_VERSIONS } from './metrics/versions.ts';

export interface FactsOfActivities {
  readonly facts: MessageLog;
  readonly names: Pick<Names, 'fact'>;
  readonly epoch: number;
  /** Message time of the last message that they follow from. */
  readonly knownAtMs: number;
  readonly signal: AbortSignal;
}

/** Says what was found; may be repeated. Throws LogFullError and LogUnavailableError. */
export async function publishActivityFacts(
  records: readonly ActivityRecord[],
  { facts, names, epoch, knownAtMs, signal }: FactsOfActivities,
): Promise<void> {
  for (const record of records) {
    signal.throwIfAborted();
    const fact = factOf(record, epoch, knownAtMs);
    const options = { msgId: factMessageId(fact), headers: {} };
    await facts.publish(names.fact(fact.kind, fact.entity), Buffer.from(JSON.stringify(fact)), options);
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
