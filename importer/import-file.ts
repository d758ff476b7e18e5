import type { RecordedActivity } from '../files/activity.ts';
import { type Format, readActivityFile } from '../files/read-activity-file.ts';
import type { Damage, RefusedFileReason } from '../files/reasons.ts';
import { framesOf, rowsOf } from './frames.ts';
import { identityOf } from './identity.ts';
import { type SendDeps, type SendResult, sendFrames } from './send-frames.ts';

/** What became of a file. */
export type Verdict =
  | {
      readonly kind: 'imported';
      readonly format: Format;
      readonly source: string;
      readonly activities: readonly ImportedActivity[];
    }
  | { readonly kind: 'refused'; readonly reason: RefusedFileReason; readonly detail: string };

export interface ImportedActivity {
  readonly boot: string;
  readonly sports: readonly string[];
  readonly samples: number;
  readonly beats: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly damage: readonly Damage[];
  readonly ignored: RecordedActivity['ignored'];
  readonly sent: SendResult;
}

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
