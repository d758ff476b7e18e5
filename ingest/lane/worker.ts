import { Piscina, transferableSymbol, valueSymbol, workerData } from 'piscina';
import { createDecodeFrames, type DecodeOptions } from './decode-frames.ts';
import type { DecodeTask } from './task.ts';

/** The entry of a lane's worker thread: one task at a time, so a device's memory is never shared. */
const decodeFrames = createDecodeFrames(workerData as DecodeOptions);

export default function run(task: DecodeTask) {
  const result = decodeFrames(task);
  const buffers = [
    result.batchOf.buffer,
    ...result.batches.map((batch) => batch.block.buffer),
    ...result.dead.map((dead) => dead.bytes.buffer),
    ...result.parked.map((parked) => parked.bytes.buffer),
  ];
  return Piscina.move({ [transferableSymbol]: buffers, [valueSymbol]: result } as never);
}
