import { createHash } from 'node:crypto';
import type { RecordedActivity } from './activity.ts';
import { isFit } from './fit/fit-messages.ts';
import { readFit } from './fit/read-fit.ts';
import { readGpx } from './gpx/read-gpx.ts';
import { isGzip, unpackGzip } from './gzip.ts';
import { RefusedFileError, type RefusedFileReason } from './reasons.ts';
import { isCsv, readCsv } from './table/csv.ts';
import { isParquet, readParquet } from './table/parquet.ts';
import { readTcx } from './tcx/read-tcx.ts';
import { xmlRoot } from './xml/xml-reader.ts';

export const FORMATS = ['fit', 'gpx', 'tcx', 'csv', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

export type FileOutcome =
  | {
      readonly kind: 'read';
      readonly format: Format;
      /** SHA-256 of the file's bytes, unpacked, as hex digits. */
      readonly hash: string;
      /** At least one. A file may hold several: chained FIT files, several tracks of a GPX file. */
      readonly activities: readonly RecordedActivity[];
    }
  | { readonly kind: 'refused'; readonly reason: RefusedFileReason; readonly detail: string };

export interface ReadLimits {
  /** The file, and what it unpacks to. */
  readonly maxBytes: number;
  /** No sample is later, but for a clock that is set to another time zone. */
  readonly nowMs: number;
}

export const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** Reads an activity file of any format, packed with gzip or not. Never throws for what is in the bytes. */
export async function readActivityFile(packed: Uint8Array, { maxBytes, nowMs }: ReadLimits): Promise<FileOutcome> {
  try {
    if (packed.length > maxBytes) throw new RefusedFileError('file_too_large', `more than ${maxBytes} bytes`);
    const bytes = isGzip(packed) ? unpackGzip(packed, maxBytes) : packed;
    const { format, activities } = await readAs(bytes, nowMs);
    return { kind: 'read', format, hash: createHash('sha256').update(bytes).digest('hex'), activities };
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    return { kind: 'refused', reason: error.reason, detail: error.message };
  }
}

async function readAs(bytes: Uint8Array, nowMs: number): Promise<{ format: Format; activities: RecordedActivity[] }> {
  if (isFit(bytes)) return { format: 'fit', activities: readFit(bytes, nowMs) };
  const root = xmlRoot(bytes);
  if (root === 'gpx') return { format: 'gpx', activities: readGpx(bytes, nowMs) };
  if (root === 'TrainingCenterDatabase') return { format: 'tcx', activities: readTcx(bytes, nowMs) };
  if (isParquet(bytes)) return { format: 'parquet', activities: [await readParquet(bytes, nowMs)] };
  if (isCsv(bytes)) return { format: 'csv', activities: [readCsv(bytes, nowMs)] };
  throw new RefusedFileError('unknown_format');
}
