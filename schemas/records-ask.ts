import { ATHLETE_PATTERN } from './identity.ts';
import { parseJson } from './parse-json.ts';

/**
 * Asks the holder of an athlete's shard to find the records again, in all activities that are stored; it travels in
 * FRAMES, in a tick.
 */
export interface RecordsAsk {
  readonly recordsOf: string;
}

export function encodeRecordsAsk(ask: RecordsAsk): Uint8Array {
  return Buffer.from(JSON.stringify(ask));
}

/** Null when a tick asks for something else, or for nothing. */
export function readRecordsAsk(data: Uint8Array): RecordsAsk | null {
  if (data.length === 0) return null;
  const { recordsOf } = (parseJson(data) ?? {}) as RecordsAsk;
  return typeof recordsOf === 'string' && ATHLETE_PATTERN.test(recordsOf) ? { recordsOf } : null;
}
