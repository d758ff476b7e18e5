/** What the roll-ups of a process did since it started, over all its shards. */
export interface RollUpCounts {
  /** Samples folded into open buckets. */
  folded: number;
  /** Samples that were in their open bucket already. */
  repeated: number;
  /** Samples that came after their bucket had closed, repeats among them. */
  late: number;
  rowsWritten: number;
  recomputes: number;
  failedRecomputes: number;
  /** Messages that are no batch; the sinks keep them as dead letters. */
  malformed: number;
}

export function createRollUpCounts(): RollUpCounts {
  return { folded: 0, repeated: 0, late: 0, rowsWritten: 0, recomputes: 0, failedRecomputes: 0, malformed: 0 };
}
