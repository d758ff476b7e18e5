import { createLoadDevice } from '../device-sim/load/load-device.ts';
import { createBatchWriter } from '../schemas/batch/writer.ts';
import { createFrameDecoder } from '../schemas/frame/decode.ts';
import { encodeFrame } from '../schemas/frame/encode.ts';

export interface BlockPlan {
  readonly devices: number;
  readonly framesPerDevice: number;
  readonly samplesPerFrame: number;
  readonly sampleGapMs: number;
  readonly startMs: number;
  readonly rowsPerBlock?: number;
}

const DEFAULT_ROWS_PER_BLOCK = 400;
const SPAN_MS = 86_400_000;

/** The canonical load's samples, in blocks as ingest makes them. */
export function makeBlocks(plan: BlockPlan): Uint8Array[] {
  const { devices, framesPerDevice, rowsPerBlock = DEFAULT_ROWS_PER_BLOCK } = plan;
  const decoder = createFrameDecoder();
  const writer = createBatchWriter('samples');
  const blocks: Uint8Array[] = [];
  const shape = { ...plan, seed: '1', version: 4, spanMs: SPAN_MS } as const;
  const fleet = Array.from({ length: devices }, (_, i) => createLoadDevice({ ...shape, device: `load-${i}` }));
  for (let n = 0; n < framesPerDevice; n++) {
    for (const device of fleet) {
      const bytes = encodeFrame(device.frameAt(n));
      const reason = decoder.decode(bytes, 0, bytes.length);
      if (reason !== null) throw new Error(`a frame of the load is dead: ${reason}`);
      writer.append(decoder.frame, '', 0);
      if (writer.rows >= rowsPerBlock) blocks.push(writer.take());
    }
  }
  if (writer.rows > 0) blocks.push(writer.take());
  return blocks;
}
