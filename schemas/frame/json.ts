import { ALL_CHANNELS } from '../channels.ts';
import type { DeadReason } from '../reasons.ts';
import { encodeFrame, type SensorFrame } from './encode.ts';

const CHANNEL_NAMES = new Set(ALL_CHANNELS.map((channel) => channel.name));
const OWN_FIELDS = new Set(['device', 'boot', 'seq', 'source', 'sentMs', 'baseMs', 'dtMs', 'firmware', 'traceId']);

/**
 * The JSON body becomes the same SensorFrame: it is turned into protobuf bytes and takes the same path, so every rule
 * stands in one place. Values are integers in stored units, null is a lost sample; `dtMs` as on the wire. Answers the
 * bytes or the reason that makes the body dead.
 */
export function jsonFrameToProtobuf(body: Uint8Array): Uint8Array | DeadReason {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return 'undecodable_frame';
    throw error;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return 'undecodable_frame';
  const fields = parsed as Record<string, unknown>;
  const columns: Record<string, readonly (number | null)[]> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (OWN_FIELDS.has(name)) continue;
    if (!CHANNEL_NAMES.has(name)) return 'unknown_field';
    if (!isColumn(value)) return 'undecodable_frame';
    columns[name] = value;
  }
  const frame = readIdentity(fields, columns);
  return typeof frame === 'string' ? frame : encodeFrame(frame);
}

function readIdentity(
  { device, boot, seq, source, sentMs, baseMs, dtMs, firmware, traceId }: Record<string, unknown>,
  columns: SensorFrame['columns'],
): SensorFrame | DeadReason {
  if (typeof device !== 'string' || typeof source !== 'string' || typeof boot !== 'string') return 'no_identity';
  if (!/^[0-9a-fA-F]{16}$/.test(boot) || !isCount(seq) || !isCount(baseMs)) return 'no_identity';
  if (sentMs !== undefined && !isCount(sentMs)) return 'undecodable_frame';
  if (firmware !== undefined && typeof firmware !== 'string') return 'undecodable_frame';
  if (traceId !== undefined && typeof traceId !== 'string') return 'undecodable_frame';
  if (!Array.isArray(dtMs) || !dtMs.every((dt) => isCount(dt) && dt <= 0xffffffff)) return 'undecodable_frame';
  if (dtMs.length === 0) return 'empty_frame';
  let timeMs = baseMs;
  const timesMs = dtMs.map((dt: number) => {
    timeMs += dt;
    return timeMs;
  });
  return { device, boot, seq, source, sentMs, timesMs, columns, firmware, traceId };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isColumn(value: unknown): value is (number | null)[] {
  return (
    Array.isArray(value) &&
    value.every((entry) => entry === null || (Number.isInteger(entry) && Math.abs(entry) <= 0x7fffffff))
  );
}
