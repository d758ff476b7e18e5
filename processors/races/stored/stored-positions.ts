import type { SampleBatch } from '../../../schemas/batch/reader.ts';

export interface Span {
  readonly fromMs: number;
  /** Not in it. */
  readonly untilMs: number;
}

export interface WantedRows {
  readonly maxRows: number;
  readonly hasBody: boolean;
}

/** More rows than one answer may have. */
export class TooManyPositionsError extends Error {
  override name = 'TooManyPositionsError';
}

/**
 * Where samples are kept for all time, as far as positions go. The real one is ClickHouse
 * (`clickhouse-positions.ts`), its twin lives in memory (`memory-positions.ts`).
 *
 * Every call throws StoreUnavailableError when nothing can be said, and may be repeated.
 */
export interface StoredPositions {
  /** By athlete: every device that has a row of theirs in the span. Who has none is left out. */
  devices(athletes: readonly string[], span: Span): Promise<Map<string, string[]>>;
  /**
   * Every row of these devices in the span that has a place, or with `hasBody` a heart rate or a cadence: one athlete
   * behind the other (or device, where there is no athlete), each in the order of time. The same sample may come twice.
   * A block holds until the next is taken. Throws {@link TooManyPositionsError} beyond `maxRows`.
   */
  read(devices: readonly string[], span: Span, wanted: WantedRows): Promise<Iterable<SampleBatch>>;
}
