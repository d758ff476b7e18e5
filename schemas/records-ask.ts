import { ATHLETE_PATTERN } from './identity.ts';

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
  try {
    const { recordsOf } = JSON.parse(Buffer.from(data).toString('utf8')) ?? {};
    return typeof recordsOf === 'string' && ATHLETE_PATTERN.test(recordsOf) ? { recordsOf } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
