import type { RecordFact } from '../../../schemas/facts.ts';
import { recordId } from '../../../schemas/record.ts';
import { type FactLog, publishFacts } from '../../publish-facts.ts';
import { METRIC_VERSIONS } from '../metrics/versions.ts';
import type { StoredClaim } from './record-store.ts';

/**
 * Publishes claims as facts, those of one record in the order of their revisions, so that a reader which applies only
 * what is newer sees all. Throws what the log throws.
 */
export async function publishClaims(log: FactLog, claims: readonly StoredClaim[], signal: AbortSignal): Promise<void> {
  const ofRecord = Map.groupBy(claims.map(factOf), ({ entity }) => entity);
  let next = [...ofRecord.values()].map((some) => some.sort((a, b) => a.revision - b.revision));
  while (next.length > 0) {
    const first = next.map(([fact]) => fact);
    await publishFacts(log, first, signal);
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
