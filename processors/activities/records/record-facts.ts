import type { MessageLog } from '../../../runtime/stream/stream.ts';
import { factMessageId, type RecordFact } from '../../../schemas/facts.ts';
import type { Names } from '../../../schemas/names.ts';
import { recordId } from '../../../schemas/record.ts';
import { METRIC_VERSIONS } from '../metrics/versions.ts';
import type { StoredClaim } from './record-store.ts';

/** Publishes that are under way at a time: a whole field of runners may break records in the same second. */
const MAX_IN_FLIGHT = 64;

/**
 * Publishes claims as facts, those of one record in the order of their revisions, so that a reader which applies only
 * what is newer sees all. Throws what the log throws.
 */
export async function publishClaims(
  { facts, names }: { facts: MessageLog; names: Names },
  claims: readonly StoredClaim[],
  signal: AbortSignal,
): Promise<void> {
  const ofRecord = Map.groupBy(claims.map(factOf), ({ entity }) => entity);
  let next = [...ofRecord.values()].map((some) => some.sort((a, b) => a.revision - b.revision));
  while (next.length > 0) {
    for (let from = 0; from < next.length; from += MAX_IN_FLIGHT) {
      signal.throwIfAborted();
      const published = next.slice(from, from + MAX_IN_FLIGHT).map(([fact]) => {
        const options = { msgId: factMessageId(fact), headers: {} };
        return facts.publish(names.fact(fact.kind, fact.entity), Buffer.from(JSON.stringify(fact)), options);
      });
      await Promise.all(published);
    }
    next = next.map(([, ...rest]) => rest).filter(({ length }) => length > 0);
  }
}

function factOf({ epoch, seq: _, knownAtMs, ...claim }: StoredClaim): RecordFact {
  return {
    kind: claim.status === 'set' ? 'record.set' : 'record.withdrawn',
    entity: recordId(claim),
    revision: claim.revision,
    epoch,
    eventTimeMs: claim.endMs,
    knownAtMs,
    versions: METRIC_VERSIONS,
    record: claim,
  };
}
