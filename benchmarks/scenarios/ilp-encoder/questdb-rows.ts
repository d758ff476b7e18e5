import { createBuffer, SenderOptions } from '@questdb/nodejs-client';
import type { SampleBatch } from '../../../schemas/batch/reader.ts';

/** The official client's row API, filled from the same columns as our encoder. */
export interface ClientRows {
  append(batch: SampleBatch): void;
  /** The lines so far; valid until the next call. */
  bytes(): Buffer;
  clear(): void;
}

const MAX_BUFFER_BYTES = 256 * 1024 * 1024;

/** Line protocol as text, which is what our encoder writes too. Nothing is connected or sent. */
export async function createClientRows(): Promise<ClientRows> {
  const options = await SenderOptions.fromConfig(
    `http::addr=127.0.0.1:9;protocol_version=1;max_buf_size=${MAX_BUFFER_BYTES};`,
    { log: () => undefined },
  );
  const buffer = createBuffer(options);
  return {
    append({ kind, rows, device, source, boot, seq, tsMs, deviceTimeMs, channels }) {
      const columns = channels.filter((column) => column !== null);
      for (let row = 0; row < rows; row++) {
        buffer
          .table(kind)
          .symbol('series', `${device.keys[device.index[row]]}/${source.keys[source.index[row]]}`)
          // Half of the boot: the client takes numbers, which hold 53 bits of its 64.
          .intColumn('boot', boot[2 * row])
          .intColumn('seq', seq[2 * row] + seq[2 * row + 1] * 2 ** 32)
          .intColumn('offset_ms', tsMs[row] - deviceTimeMs[row]);
        for (const { channel, values, nulls } of columns) {
          if (nulls[row] === 0) buffer.intColumn(channel.name, values[row]);
        }
        buffer.at(tsMs[row], 'ms');
      }
    },
    bytes: () => buffer.toBufferView() ?? Buffer.alloc(0),
    clear: () => void buffer.reset(),
  };
}
