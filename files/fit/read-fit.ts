import type { RecordedActivity } from '../activity.ts';
import { DamageCounts, RefusedFileError } from '../reasons.ts';
import { createActivityBuilder } from './fit-activity.ts';
import { type FitPart, fitParts, readFitMessages } from './fit-messages.ts';

/**
 * Reads FIT files, chained ones too: each that holds an activity gives one. What is damaged gives what can be saved.
 * Throws RefusedFileError when no part gives anything.
 */
export function readFit(bytes: Uint8Array, nowMs: number): RecordedActivity[] {
  const damages: DamageCounts[] = [];
  const damageOf = (part: number) => (damages[part] ??= new DamageCounts());
  const activities: RecordedActivity[] = [];
  let refusal: RefusedFileError | null = null;
  let number = 0;
  for (const part of [...fitParts(bytes, damageOf)]) {
    try {
      activities.push(readPart(bytes, part, damageOf(number++), nowMs));
    } catch (error) {
      if (!(error instanceof RefusedFileError)) throw error;
      refusal ??= error;
    }
  }
  if (activities.length === 0) throw refusal ?? new RefusedFileError('no_samples');
  return activities;
}

function readPart(bytes: Uint8Array, part: FitPart, damage: DamageCounts, nowMs: number): RecordedActivity {
  const builder = createActivityBuilder(damage, nowMs);
  const stoppedAt = readFitMessages(bytes, part, builder.take);
  // A message that the end of a cut file runs through is no damage of its own.
  if (stoppedAt >= 0 && !damage.list().some(({ reason }) => reason === 'truncated')) damage.add('unreadable');
  return builder.finish();
}
