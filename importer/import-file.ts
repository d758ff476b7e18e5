import { isHealthBatch } from '../files/health/health-batch.ts';
import type { ImportedActivity, Verdict } from '../files/import-verdict.ts';
import { readActivityFile } from '../files/read-activity-file.ts';
import { framesOf, rowsOf } from './frames.ts';
import { sendHealthBatch } from './health/send-batch.ts';
import { identityOf } from './identity.ts';
import type { ImportDeps } from './import-deps.ts';
import { sendFrames } from './send-frames.ts';

/**
 * Reads a whole file, then sends its samples over the path that live ones take. Nothing is sent of a file that is
 * refused; an import that breaks off is completed by another one. Throws SendError when ingest does not take it.
 */
export async function importFile(
  bytes: Uint8Array,
  { athlete, maxBytes, send, onProgress }: ImportDeps,
): Promise<Verdict> {
  if (isHealthBatch(bytes)) return sendHealthBatch(bytes, { athlete, maxBytes, send, onProgress });
  const outcome = await readActivityFile(bytes, { maxBytes, nowMs: send.clock.nowMs() });
  if (outcome.kind === 'refused') return outcome;
  const total = outcome.activities.reduce((sum, activity) => sum + rowsOf(activity), 0);
  let done = 0;
  const onAcknowledged = (rows: number) => {
    done += rows;
    onProgress(done / total);
  };
  const activities: ImportedActivity[] = [];
  for (const [number, activity] of outcome.activities.entries()) {
    const identity = identityOf(athlete, outcome.hash, number);
    const sent = await sendFrames(framesOf(activity, identity), { ...send, onAcknowledged });
    const { startMs, endMs, damage, ignored } = activity;
    const sports = activity.sessions.map(({ sport }) => sport);
    const [samples, beats] = [activity.samples.timesMs.length, activity.rr?.timesMs.length ?? 0];
    activities.push({ boot: identity.boot, sports, samples, beats, startMs, endMs, damage, ignored, sent });
  }
  return { kind: 'imported', format: outcome.format, source: identityOf(athlete, outcome.hash, 0).source, activities };
}
