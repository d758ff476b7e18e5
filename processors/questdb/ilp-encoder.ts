import type { SampleBatch, ValueColumn } from '../../schemas/batch/reader.ts';
import { DEVICE_PATTERN, FILE_SOURCE_PATTERN, SOURCE_PATTERN } from '../../schemas/identity.ts';
import { type SinkMessage, StoreRefusedError } from '../sink.ts';
import { createBootDigits } from './boot-digits.ts';
import { copyText, MAX_INTEGER_BYTES, OVERRUN_BYTES, type Text, toText, writeInteger, writeText } from './digits.ts';

/**
 * InfluxDB line protocol as QuestDB reads it (https://questdb.com/docs/reference/api/ilp/advanced-settings/):
 * `samples,series=<device>/<source> boot=<signed 64 bits>i,seq=1i,offset_ms=0i,heart_rate=60i 1700000000000m`.
 * A channel that is NULL is left out. Bytes go straight from typed arrays into one buffer that is used again, four at a
 * time; no string or object is made for a row.
 */
export interface IlpEncoder {
  /** Rows at or after `oldestMs`. Throws StoreRefusedError for a device or source that is not one. */
  appendBatch(batch: SampleBatch, oldestMs: number): number;
  appendLedger(message: LedgerMessage, counts: { refused: number; expired: number }): void;
  /** The lines so far; valid until the next call. */
  bytes(): Buffer;
  clear(): void;
}

/** What the ledger says of a message. */
export type LedgerMessage = Pick<
  SinkMessage,
  'instance' | 'kind' | 'shard' | 'batch' | 'frames' | 'samples' | 'receivedMs'
>;

const BOOT = toText(' boot=');
const SEQ = toText('i,seq=');
const OFFSET = toText('i,offset_ms=');
const KIND = toText(',kind=');
const SLASH = toText('/');
const TIME = toText('i ');
const END = toText('m\n');
const LEDGER_NUMBERS = ['shard', 'batch', 'frames', 'samples', 'refused', 'expired'] as const;
const MAX_CACHED_NAMES = 65_536;
const MIN_BYTES = 64 * 1024;

export function createIlpEncoder(initialBytes = MIN_BYTES): IlpEncoder {
  const bootDigits = createBootDigits();
  const tables = { samples: toText('samples,series='), rr: toText('rr,series='), events: toText('events,series=') };
  const ledger = toText('ledger,instance=');
  const ledgerNames = LEDGER_NUMBERS.map((name, i) => toText(`${i === 0 ? ' ' : 'i,'}${name}=`));
  const channelNames = new Map<string, Text>();
  const names = new Map<string, Text>();
  let out = Buffer.allocUnsafeSlow(Math.max(MIN_BYTES, initialBytes));
  let view = new DataView(out.buffer);
  let pos = 0;

  function reserve(bytes: number): void {
    const end = pos + bytes + OVERRUN_BYTES;
    if (end <= out.length) return;
    const wider = Buffer.allocUnsafeSlow(Math.max(2 * out.length, end));
    out.copy(wider, 0, 0, pos);
    out = wider;
    view = new DataView(out.buffer);
  }

  /** Devices and sources hold nothing that ILP reads, so they need no escapes; anything else must not get in. */
  function nameBytes(keys: readonly string[], isName: (text: string) => boolean, what: string): Text[] {
    return keys.map((key) => {
      const known = names.get(key);
      if (known) return known;
      if (!isName(key)) throw new StoreRefusedError(`${JSON.stringify(key.slice(0, 80))} is not a ${what}`);
      if (names.size >= MAX_CACHED_NAMES) names.clear();
      const text = toText(key);
      names.set(key, text);
      return text;
    });
  }

  function channelPrefix({ channel: { name } }: ValueColumn): Text {
    let prefix = channelNames.get(name);
    if (!prefix) {
      prefix = toText(`i,${name}=`);
      channelNames.set(name, prefix);
    }
    return prefix;
  }

  function appendBatch(batch: SampleBatch, oldestMs: number): number {
    const { rows, device, source, boot, seq, tsMs, deviceTimeMs } = batch;
    const devices = nameBytes(device.keys, isDevice, 'device');
    const sources = nameBytes(source.keys, isSource, 'source');
    const columns = batch.channels.filter((column) => column !== null);
    const prefixes = columns.map(channelPrefix);
    const values = columns.map((column) => column.values);
    const nulls = columns.map((column) => column.nulls);
    const table = tables[batch.kind];
    reserve(rows * maxRowBytes(table, devices, sources, prefixes));

    const to = view;
    let at = pos;
    let written = 0;
    // Rows of one frame differ in time and values only: their beginning is copied from the row before.
    let first = -1;
    let startAt = 0;
    let startBytes = 0;
    for (let row = 0; row < rows; row++) {
      if (tsMs[row] < oldestMs) continue;
      if (first >= 0 && sameStart(batch, first, row)) {
        at = copyText(to, at, startAt, startBytes);
      } else {
        first = row;
        startAt = at;
        at = writeText(to, at, table);
        at = writeText(to, at, devices[device.index[row]]);
        at = writeText(to, at, SLASH);
        at = writeText(to, at, sources[source.index[row]]);
        at = writeText(to, at, BOOT);
        at = writeText(to, at, bootDigits(boot[2 * row], boot[2 * row + 1]));
        at = writeText(to, at, SEQ);
        at = writeInteger(to, at, seq[2 * row] + seq[2 * row + 1] * 0x1_0000_0000);
        at = writeText(to, at, OFFSET);
        at = writeInteger(to, at, tsMs[row] - deviceTimeMs[row]);
        startBytes = at - startAt;
      }
      for (let c = 0; c < columns.length; c++) {
        if (nulls[c][row] !== 0) continue;
        at = writeText(to, at, prefixes[c]);
        at = writeInteger(to, at, values[c][row]);
      }
      at = writeText(to, at, TIME);
      at = writeInteger(to, at, tsMs[row]);
      at = writeText(to, at, END);
      written++;
    }
    pos = at;
    return written;
  }

  function appendLedger(message: LedgerMessage, counts: { refused: number; expired: number }): void {
    reserve(ledger.length + 64 + LEDGER_NUMBERS.length * (MAX_INTEGER_BYTES + 16) + MAX_INTEGER_BYTES);
    let at = writeText(view, pos, ledger);
    at = writeText(view, at, toText(message.instance));
    at = writeText(view, at, KIND);
    at = writeText(view, at, toText(message.kind));
    const line = { ...message, ...counts };
    for (let i = 0; i < LEDGER_NUMBERS.length; i++) {
      at = writeText(view, at, ledgerNames[i]);
      at = writeInteger(view, at, line[LEDGER_NUMBERS[i]]);
    }
    at = writeText(view, at, TIME);
    at = writeInteger(view, at, message.receivedMs);
    pos = writeText(view, at, END);
  }

  return {
    appendBatch,
    appendLedger,
    bytes: () => out.subarray(0, pos),
    clear() {
      pos = 0;
    },
  };
}

function sameStart({ device, source, boot, seq, tsMs, deviceTimeMs }: SampleBatch, a: number, b: number): boolean {
  return (
    seq[2 * a] === seq[2 * b] &&
    seq[2 * a + 1] === seq[2 * b + 1] &&
    boot[2 * a] === boot[2 * b] &&
    boot[2 * a + 1] === boot[2 * b + 1] &&
    device.index[a] === device.index[b] &&
    source.index[a] === source.index[b] &&
    tsMs[a] - deviceTimeMs[a] === tsMs[b] - deviceTimeMs[b]
  );
}

function maxRowBytes(table: Text, devices: Text[], sources: Text[], prefixes: Text[]): number {
  const longest = (all: Text[]) => all.reduce((most, { length }) => Math.max(most, length), 0);
  let bytes = table.length + longest(devices) + 1 + longest(sources) + 4;
  for (const prefix of [BOOT, SEQ, OFFSET, ...prefixes]) bytes += prefix.length + MAX_INTEGER_BYTES;
  return bytes + MAX_INTEGER_BYTES;
}

function isDevice(text: string): boolean {
  return DEVICE_PATTERN.test(text);
}

function isSource(text: string): boolean {
  return SOURCE_PATTERN.test(text) || FILE_SOURCE_PATTERN.test(text);
}
