import type { RecordedActivity } from '../../../files/activity.ts';
import type { Format } from '../../../files/read-activity-file.ts';

/** What a writing thread is given, and what it answers: null when the format can say nothing of the activity. */
export interface WriteTask {
  readonly activity: RecordedActivity;
  readonly format: Format;
}
export type WriteAnswer = Uint8Array | null;
