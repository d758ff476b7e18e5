import type { SensorFrame } from '../../schemas/frame/encode.ts';
import { publishPacket } from '../transport/mqtt-bytes.ts';
import { type LoadDevice, type LoadDevicePlan, loadContents } from './load-device.ts';

const TIME_DIGITS = 13;
/** Stands where a time will be written; as long as every time between 2001 and 2286. */
const NO_TIME = '0'.repeat(TIME_DIGITS);

/**
 * The same device for systems that do not read our frames: its samples as lines of line protocol (time in ns) on
 * `lines/<device>`, or as one JSON object on `json/<device>`. Encoded once too: only packet identifier and times are
 * written at each sending. There are no boots, so the device must not outlive its span.
 */
export function createTextDevice(plan: LoadDevicePlan, payload: 'lines' | 'json'): LoadDevice {
  const { device, version, samplesPerFrame, sampleGapMs, startMs, spanMs } = plan;
  const frameSpanMs = samplesPerFrame * sampleGapMs;
  const contents = loadContents(plan);
  const write = payload === 'lines' ? linesOf : jsonOf;
  const templates = contents.map((columns) => {
    const text = write(device, columns, samplesPerFrame);
    const { bytes, packetIdAt, payloadAt } = publishPacket(`${payload}/${device}`, version, 0, Buffer.from(text));
    const timesAt = [...text.matchAll(new RegExp(NO_TIME, 'g'))].map(({ index }) => payloadAt + index);
    if (timesAt.length !== samplesPerFrame) throw new RangeError(`${timesAt.length} times in ${text}`);
    return { bytes, packetIdAt, timesAt };
  });

  function firstMs(n: number): number {
    if ((n + 1) * frameSpanMs > spanMs) throw new RangeError(`${device} has sent all of its ${spanMs} ms`);
    return startMs + n * frameSpanMs;
  }

  return {
    device,
    packet(n, packetId) {
      const { bytes, packetIdAt, timesAt } = templates[n % templates.length];
      bytes[packetIdAt] = packetId >> 8;
      bytes[packetIdAt + 1] = packetId & 0xff;
      let timeMs = firstMs(n);
      for (const at of timesAt) {
        let left = timeMs;
        for (let digit = TIME_DIGITS - 1; digit >= 0; digit--) {
          bytes[at + digit] = 48 + (left % 10);
          left = Math.floor(left / 10);
        }
        timeMs += sampleGapMs;
      }
      return bytes;
    },
    frameAt(n): SensorFrame {
      const timesMs = Array.from({ length: samplesPerFrame }, (_, i) => firstMs(n) + i * sampleGapMs);
      return { device, boot: NO_BOOT, seq: n + 1, source: 'gps', timesMs, columns: contents[n % contents.length] };
    },
    maxPacketBytes: Math.max(...templates.map(({ bytes }) => bytes.length)),
    frameBytes: templates.reduce((sum, { bytes }) => sum + bytes.length, 0) / templates.length,
  };
}

const NO_BOOT = '0'.repeat(16);

/** Values are the frames' scaled integers; what is missing is left out. */
function fieldsAt(columns: SensorFrame['columns'], row: number): [name: string, value: number][] {
  return Object.entries(columns).flatMap(([name, values]): [string, number][] => {
    const value = values?.[row];
    return value === null || value === undefined ? [] : [[name, value]];
  });
}

function linesOf(device: string, columns: SensorFrame['columns'], rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const fields = fieldsAt(columns, row).map(([name, value]) => `${name}=${value}i`);
    return `samples,device=${device} ${fields.join(',')} ${NO_TIME}000000`;
  });
  return lines.join('\n');
}

function jsonOf(device: string, columns: SensorFrame['columns'], rows: number): string {
  const samples = Array.from({ length: rows }, (_, row) => {
    const fields = fieldsAt(columns, row).map(([name, value]) => `,"${name}":${value}`);
    return `{"ts":${NO_TIME}${fields.join('')}}`;
  });
  return `{"device":"${device}","samples":[${samples.join(',')}]}`;
}
