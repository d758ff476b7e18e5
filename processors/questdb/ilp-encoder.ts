import type { SampleBatch, ValueColumn } from '../../schemas/batch/reader.ts';
import { DEVICE_PATTERN, FILE_SOURCE_PATTERN, SOURCE_PATTERN } from '../../schemas/identity.ts';
import { type SinkMessage, StoreRefusedError } from '../sink.ts';
import { createBootDigits } from './boot-digits.ts';
import { MAX_INTEGER_BYTES, writeBytes, writeInteger, writeTimeMs } from './digits.ts';

/**
 * InfluxDB line protocol as QuestDB reads it (https://questdb.com/docs/reference/api/ilp/advanced-settings/):
 * `samples,series=<device>/<source> boot=<signed 64 bits>i,seq=1i,offset_ms=0i,heart_rate=60i 1700000000000m`.
 * A channel that is NULL is left out. Bytes go straight from typed arrays into one buffer that is used again; no string
 * or object is made for a row.
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

const ascii = (text: string) => Buffer.from(text, 'latin1');
const BOOT = ascii(' boot=');
const SEQ = ascii('i,seq=');
const OFFSET = ascii('i,offset_ms=');
const KIND = ascii(',kind=');
const SLASH = '/'.charCodeAt(0);
const SPACE = ' '.charCodeAt(0);
const INTEGER = 'i'.charCodeAt(0);
const MILLISECONDS = 'm'.charCodeAt(0);
const NEWLINE = '\n'.charCodeAt(0);
const LEDGER_NUMBERS = ['shard', 'batch', 'frames', 'samples', 'refused', 'expired'] as const;
const MAX_CACHED_NAMES = 65_536;
const MIN_BYTES = 64 * 1024;

export function createIlpEncoder(initialBytes = MIN_BYTES): IlpEncoder {
  const bootDigits = createBootDigits();
  const tables = { samples: ascii('samples,series='), rr: ascii('rr,series='), events: ascii('events,series=') };
  const ledger = ascii('ledger,instance=');
  const ledgerNames = LEDGER_NUMBERS.map((name, i) => ascii(`${i === 0 ? ' ' : 'i,'}${name}=`));
  const channelNames = new Map<string, Uint8Array>();
  const names = new Map<string, Uint8Array>();
  let out = Buffer.allocUnsafeSlow(Math.max(MIN_BYTES, initialBytes));
  let pos = 0;

  function reserve(bytes: number): void {
    if (pos + bytes <= out.length) return;
    const wider = Buffer.allocUnsafeSlow(Math.max(2 * out.length, pos + bytes));
    out.copy(wider, 0, 0, pos);
    out = wider;
  }

  /** Devices and sources hold nothing that ILP reads, so they need no escapes; anything else must not get in. */
  function nameBytes(keys: readonly string[], isName: (text: string) => boolean, what: string): Uint8Array[] {
    return keys.map((key) => {
      const known = names.get(key);
      if (known) return known;
      if (!isName(key)) throw new StoreRefusedError(`${JSON.stringify(key.slice(0, 80))} is not a ${what}`);
      if (names.size >= MAX_CACHED_NAMES) names.clear();
      const bytes = ascii(key);
      names.set(key, bytes);
      return bytes;
    });
  }

  function channelPrefix({ channel: { name } }: ValueColumn): Uint8Array {
    let prefix = channelNames.get(name);
    if (!prefix) {
      prefix = ascii(`i,${name}=`);
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

    const to = out;
    let at = pos;
    let written = 0;
    // Rows of one frame differ in time and values only: their beginning is copied from the row before.
    let first = -1;
    let startAt = 0;
    let startBytes = 0;
    for (let row = 0; row < rows; row++) {
      if (tsMs[row] < oldestMs) continue;
      if (first >= 0 && sameStart(batch, first, row)) {
        for (let i = 0; i < startBytes; i++) to[at + i] = to[startAt + i];
        at += startBytes;
      } else {
        first = row;
        startAt = at;
        at = writeBytes(to, at, table);
        at = writeBytes(to, at, devices[device.index[row]]);
        to[at++] = SLASH;
        at = writeBytes(to, at, sources[source.index[row]]);
        at = writeBytes(to, at, BOOT);
        at = writeBytes(to, at, bootDigits(boot[2 * row], boot[2 * row + 1]));
        at = writeBytes(to, at, SEQ);
        at = writeInteger(to, at, seq[2 * row] + seq[2 * row + 1] * 0x1_0000_0000);
        at = writeBytes(to, at, OFFSET);
        at = writeInteger(to, at, tsMs[row] - deviceTimeMs[row]);
        startBytes = at - startAt;
      }
      for (let c = 0; c < columns.length; c++) {
        if (nulls[c][row] !== 0) continue;
        at = writeBytes(to, at, prefixes[c]);
        at = writeInteger(to, at, values[c][row]);
      }
      to[at++] = INTEGER;
      to[at++] = SPACE;
      at = writeTimeMs(to, at, tsMs[row]);
      to[at++] = MILLISECONDS;
      to[at++] = NEWLINE;
      written++;
    }
    pos = at;
    return written;
  }

  function appendLedger(message: LedgerMessage, counts: { refused: number; expired: number }): void {
    reserve(ledger.length + 64 + LEDGER_NUMBERS.length * (MAX_INTEGER_BYTES + 16) + MAX_INTEGER_BYTES);
    let at = writeBytes(out, pos, ledger);
    at = writeBytes(out, at, ascii(message.instance));
    at = writeBytes(out, at, KIND);
    at = writeBytes(out, at, ascii(message.kind));
    const line = { ...message, ...counts };
    for (let i = 0; i < LEDGER_NUMBERS.length; i++) {
      at = writeBytes(out, at, ledgerNames[i]);
      at = writeInteger(out, at, line[LEDGER_NUMBERS[i]]);
    }
    out[at++] = INTEGER;
    out[at++] = SPACE;
    at = writeInteger(out, at, message.receivedMs);
    out[at++] = MILLISECONDS;
    out[at++] = NEWLINE;
    pos = at;
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

function maxRowBytes(table: Uint8Array, devices: Uint8Array[], sources: Uint8Array[], prefixes: Uint8Array[]): number {
  const longest = (all: Uint8Array[]) => all.reduce((most, { length }) => Math.max(most, length), 0);
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
