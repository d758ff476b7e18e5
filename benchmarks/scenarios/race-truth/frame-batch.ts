import type { SampleBatch } from '../../../schemas/batch/reader.ts';
import { CHANNELS, kindOf } from '../../../schemas/channels.ts';
import type { SensorFrame } from '../../../schemas/frame/encode.ts';

/** A frame as a batch of its own, once it is decoded; null for one without samples. */
export function batchOfFrame({ device, source, timesMs, columns, firmware = '' }: SensorFrame): SampleBatch | null {
  if (kindOf(source) !== 'samples') return null;
  const rows = timesMs.length;
  const alike = (text: string) => ({ keys: [text], index: new Uint32Array(rows) });
  const times = Float64Array.from(timesMs);
  return {
    ...{ kind: 'samples', rows, device: alike(device), athlete: alike(''), source: alike(source) },
    firmware: alike(firmware),
    ...{ boot: new Uint32Array(2 * rows), seq: new Uint32Array(2 * rows), deviceTimeMs: times, tsMs: times },
    channels: CHANNELS.map((channel) => {
      const values = columns[channel.name];
      if (values === undefined) return null;
      return {
        channel,
        values: Int32Array.from(values, (value) => value ?? 0),
        nulls: Uint8Array.from(values, (value) => (value === null ? 1 : 0)),
      };
    }),
  };
}
