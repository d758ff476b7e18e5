import type { HealthRow } from '../../files/health/coalesce.ts';
import type { Verdict } from '../../files/import-verdict.ts';

export interface ImportAsk {
  /** Of the file, unpacked. */
  readonly bytes: Uint8Array;
  readonly athlete: string;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly onProgress: (share: number) => void;
  /** What an export of a health store says besides samples of workouts; the importer waits until it is kept. */
  readonly onRows?: (rows: readonly HealthRow[]) => Promise<void>;
}

/** Reads a file and sends its samples to ingest. Throws ImporterError when that could not be done now. */
export type ImportFile = (ask: ImportAsk) => Promise<Verdict>;

export class ImporterError extends Error {
  override name = 'ImporterError';
}
