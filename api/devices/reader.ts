/** What the stores know of a device, by its newest samples. */
export interface DeviceState {
  readonly device: string;
  /** Event time of the newest sample. */
  readonly lastSeenMs: number;
  /** As the device said with its newest sample; '' where it says nothing. */
  readonly firmware: string;
  /** Stored units of the channel `battery`; null where it never measured it. */
  readonly battery: number | null;
  /** Frames that its numbers skip in what it measured since {@link StateQuestion.gapsFromMs}. */
  readonly missingFrames: number;
  /** Frames since then that were stored. */
  readonly recentFrames: number;
  /** Days of UTC since then with any sample. */
  readonly daysSeen: number;
  /** By what its clock was corrected with its newest sample; above 0 where it is behind. */
  readonly clockOffsetMs: number;
}

export interface StateQuestion {
  readonly devices: readonly string[];
  /** Nothing before this moment is looked at. */
  readonly fromMs: number;
  readonly gapsFromMs: number;
}

/** A firmware, and when a device was first seen with it after another, or at all. */
export interface FirmwareRun {
  readonly firmware: string;
  readonly sinceMs: number;
}

/** Changes that are told of. */
export const MAX_FIRMWARES = 20;

/**
 * Reads how devices are from where processors write samples. The real one is ClickHouse (`clickhouse.ts`), the twin
 * lives in memory (`memory-reader.ts`); `conformance-of-reader.ts` holds both to this. Throws StoreUnavailableError.
 */
export interface DeviceReader {
  /** In no order; a device without samples is left out. */
  states(question: StateQuestion, signal?: AbortSignal): Promise<DeviceState[]>;
  /**
   * What a device has run since then, the newest first, at most {@link MAX_FIRMWARES}: boots with another firmware than
   * the one before. A boot that names none says nothing.
   */
  firmwares(device: string, fromMs: number, signal?: AbortSignal): Promise<FirmwareRun[]>;
}
