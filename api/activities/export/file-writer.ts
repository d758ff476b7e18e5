import type { RecordedActivity } from '../../../files/activity.ts';
import type { Format } from '../../../files/read-activity-file.ts';
import { Problem } from '../../problem.ts';
import { writeInThread } from './write-in-thread.ts';

/** One that holds a day at 1 Hz takes up to 350 MB while it is written, as GPX; memory grows with its length. */
const MAX_AT_ONCE = 2;

export const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  fit: 'application/vnd.ant.fit',
  gpx: 'application/gpx+xml',
  tcx: 'application/vnd.garmin.tcx+xml',
  csv: 'text/csv; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
};

/** Writes files, no more than two at once whoever asks. */
export function createFileWriter() {
  let writing = 0;
  return {
    /** `read` gives what the file tells. Throws `exports_busy`, `nothing_to_export`, and what it throws. */
    async write(
      read: () => Promise<RecordedActivity | null>,
      format: Format,
      signal: AbortSignal,
    ): Promise<Uint8Array> {
      if (writing >= MAX_AT_ONCE) throw new Problem('exports_busy');
      writing++;
      try {
        const activity = await read();
        if (activity === null) throw new Problem('nothing_to_export', { detail: 'no sample of it is stored' });
        const bytes = await writeInThread({ activity, format }, signal);
        if (bytes === null) throw new Problem('nothing_to_export', { detail: `${format} needs positions` });
        return bytes;
      } finally {
        writing--;
      }
    },
  };
}

export type FileWriter = ReturnType<typeof createFileWriter>;

/** `run-2026-06-08T12-00-00Z.fit`: without characters that a file system takes amiss. */
export function fileName({ sport, startMs }: { sport: string; startMs: number }, format: Format): string {
  const start = new Date(startMs).toISOString().replace(/\.\d+/, '').replaceAll(':', '-');
  return `${sport.replaceAll('_', '-')}-${start}.${format}`;
}
