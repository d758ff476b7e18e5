import type { ImportedActivity, Verdict } from '../files/import-verdict.ts';
import { readActivityFile } from '../files/read-activity-file.ts';
import { framesOf, rowsOf } from './frames.ts';
import { identityOf } from './identity.ts';
import { type SendDeps, sendFrames } from './send-frames.ts';

export interface ImportDeps {
  readonly athlete: string;
  readonly maxBytes: number;
  readonly send: Omit<SendDeps, 'onAcknowledged'>;
  /** From 0 to 1, of the file's rows. */
  readonly onProgress: (share: number) => void;
}

/**
 * Reads a whole file, then sends its samples over the path that live ones take. Nothing is sent of a file that is
 * refused; an import that breaks off is completed by another one. Throws SendError when ingest does not take it.
 */
export async function importFile(
  bytes: Uint8Array,
  { athlete, maxBytes, send, onProgress }: ImportDeps,
): Promise<Verdict> {
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
