/** Reads a made file once by one reader, in a process of its own, and prints what it cost. */
import { Decoder, Stream } from '@garmin/fitsdk';
import { MAX_FILE_BYTES, readActivityFile } from '../../../files/read-activity-file.ts';
import { rideOf } from './made-files.ts';

const MIB = 1024 * 1024;

/** What one reading costs. `peakMib` is the process at its largest, the file (`fileMib`) included. */
export interface ReadCost {
  readonly records: number;
  readonly fileMib: number;
  readonly ms: number;
  readonly peakMib: number;
}

export async function readOnce(reader: 'ours' | 'sdk', seconds: number, nowMs: number): Promise<ReadCost> {
  const bytes = rideOf(seconds);
  // A small file first: a service that imports has its code compiled.
  const small = rideOf(3_600);
  await readBy(reader, small, nowMs);
  const fromMs = performance.now();
  const records = await readBy(reader, bytes, nowMs);
  const ms = performance.now() - fromMs;
  return { records, fileMib: bytes.length / MIB, ms, peakMib: process.resourceUsage().maxRSS / 1024 };
}

async function readBy(reader: 'ours' | 'sdk', bytes: Uint8Array, nowMs: number): Promise<number> {
  if (reader === 'sdk') {
    const { messages } = new Decoder(Stream.fromByteArray(bytes as never)).read();
    return messages.recordMesgs?.length ?? 0;
  }
  const outcome = await readActivityFile(bytes, { maxBytes: MAX_FILE_BYTES, nowMs });
  return outcome.kind === 'read' ? outcome.activities[0].samples.timesMs.length : 0;
}
