import { ALL_CHANNELS } from '../schemas/channels.ts';
import { WireCursor } from '../schemas/frame/cursor.ts';
import { FIELDS, isSigned } from '../schemas/frame/decode.ts';
import { encodeFrame, type SensorFrame } from '../schemas/frame/encode.ts';

/** The worked example of frames.md: three seconds of a run, the heart rate of the second one lost. */
export const EXAMPLE_FRAME: SensorFrame = {
  device: 'watch-7f3a',
  boot: '9f86d081884c7d65',
  seq: 42,
  source: 'gps',
  sentMs: 1_780_300_803_250,
  timesMs: [1_780_300_800_000, 1_780_300_801_000, 1_780_300_802_010],
  columns: {
    heart_rate: [141, null, 143],
    latitude: [515_007_292, 515_007_510, 515_007_729],
    longitude: [-1_246_254, -1_246_020, -1_245_801],
    speed: [3_120, 3_155, 3_149],
  },
};

/** The body of the same frame in JSON. */
export function exampleJson(): string {
  const { timesMs, columns, ...identity } = EXAMPLE_FRAME;
  const dtMs = timesMs.map((timeMs, i) => (i === 0 ? 0 : timeMs - timesMs[i - 1]));
  const fields = { ...identity, baseMs: timesMs[0], dtMs, ...columns };
  const lines = Object.entries(fields).map(
    ([name, value]) => `  "${name}": ${JSON.stringify(value).replace(/,/g, ', ')}`,
  );
  return `{\n${lines.join(',\n')}\n}`;
}

const BYTES_PER_LINE = 16;
const VARINT = 0;
const FIXED64 = 1;

/** Every byte of the frame in order, each field's with what it says. */
export function annotatedHex(frame: SensorFrame): string {
  const bytes = encodeFrame(frame);
  const cursor = new WireCursor();
  cursor.reset(bytes, 0, bytes.length);
  const lines: string[] = [];
  while (cursor.pos < bytes.length) {
    const start = cursor.pos;
    const tag = cursor.varint32();
    const meaning = readField(cursor, tag >>> 3, tag & 7);
    lines.push(...hexLines(bytes.subarray(start, cursor.pos), `${tag >>> 3} ${meaning}`));
  }
  return lines.join('\n');
}

export function hexLines(bytes: Uint8Array, meaning: string): string[] {
  const lines: string[] = [];
  for (let i = 0; i < bytes.length; i += BYTES_PER_LINE) {
    const hex = [...bytes.subarray(i, i + BYTES_PER_LINE)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    lines.push(i === 0 ? `${hex.padEnd(3 * BYTES_PER_LINE)} # ${meaning}` : hex);
  }
  return lines;
}

/** Moves the cursor past one field and says what it holds. */
function readField(cursor: WireCursor, field: number, wire: number): string {
  const own = Object.entries(FIELDS).find(([, number]) => number === field)?.[0];
  const channel = ALL_CHANNELS.find((one) => one.field === field || one.field + 1 === field);
  if (wire === VARINT) return `${own} = ${cursor.varint64()}`;
  if (wire === FIXED64) {
    const low = cursor.fixed32().toString(16).padStart(8, '0');
    return `${own} = ${cursor.fixed32().toString(16).padStart(8, '0')}${low}, lowest byte first`;
  }
  const end = cursor.lengthDelimited();
  if (channel !== undefined && field === channel.field + 1) return bitmap(cursor, `${channel.name}_valid`);
  if (channel === undefined && field !== FIELDS.dtMs) return `${own} = "${text(cursor, end)}"`;
  const values: number[] = [];
  while (cursor.pos < end) {
    const raw = cursor.varint32();
    values.push(channel !== undefined && isSigned(channel) ? (raw >>> 1) ^ -(raw & 1) : raw);
  }
  return `${own ?? channel?.name} = ${values.join(', ')}${channel?.delta ? ' (zigzag differences)' : ''}`;
}

function bitmap(cursor: WireCursor, name: string): string {
  const bits = cursor.bytes[cursor.pos].toString(2).padStart(3, '0');
  cursor.pos++;
  return `${name} = ${bits} (first sample is the lowest bit)`;
}

function text(cursor: WireCursor, end: number): string {
  const start = cursor.pos;
  cursor.pos = end;
  return Buffer.from(cursor.bytes.subarray(start, end)).toString('utf8');
}
