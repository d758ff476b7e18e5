import type { RecordedActivity } from './activity.ts';
import { writeFit } from './fit/write-fit.ts';
import { writeGpx } from './gpx/write-gpx.ts';
import type { Format } from './read-activity-file.ts';
import { writeCsv } from './table/csv.ts';
import { writeParquet } from './table/parquet.ts';
import { writeTcx } from './tcx/write-tcx.ts';

const WRITERS: Readonly<Record<Format, (activity: RecordedActivity) => Uint8Array | null>> = {
  fit: writeFit,
  gpx: writeGpx,
  tcx: writeTcx,
  csv: writeCsv,
  parquet: writeParquet,
};

/**
 * An activity as the bytes of a file. Read again it is the same activity, but for what the format cannot say: each
 * writer says what that is. Null when the format can say nothing of it: GPX without a position.
 */
export function writeActivityFile(activity: RecordedActivity, format: Format): Uint8Array | null {
  return WRITERS[format](activity);
}
