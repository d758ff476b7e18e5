import type { SampleBatch } from '../../schemas/batch/reader.ts';

const ZERO = 0x30;
const MINUS = 0x2d;
const COMMA = 0x2c;
const SPACE = 0x20;
const INTEGER = 0x69;
const NEWLINE = 0x0a;
const NANOS = Buffer.from('000000\n');
/** Longer than any row: every channel of the table with its widest value. */
const MAX_ROW_BYTES = 1_024;
const MAX_CACHED_BOOTS = 65_536;

/**
 * Writes InfluxDB line protocol straight into bytes: no string is made for a row, the column names are prepared, and
 * the digits of the series and the boot are kept between rows. https://questdb.com/docs/reference/api/ilp/overview/
 */
export function createIlpEncoder() {
  let out = Buffer.allocUnsafe(1 << 20);
  let pos = 0;
  const boots = new Map<string, Buffer>();

  function reserve(bytes: number): void {
    if (pos + bytes <= out.length) return;
    const wider = Buffer.allocUnsafe(Math.max(out.length * 2, pos + bytes));
    out.copy(wider, 0, 0, pos);
    out = wider;
  }

  function put(bytes: Buffer): void {
    for (let i = 0; i < bytes.length; i++) out[pos + i] = bytes[i];
    pos += bytes.length;
  }

  /** Decimal digits of an integer up to 2^53. */
  function integer(value: number): void {
    let rest = value;
    if (rest < 0) {
      out[pos++] = MINUS;
      rest = -rest;
    }
    let length = 1;
    for (let limit = 10; rest >= limit; limit *= 10) length++;
    for (let at = pos + length - 1; at >= pos; at--) {
      const next = Math.floor(rest / 10);
      out[at] = ZERO + (rest - next * 10);
      rest = next;
    }
    pos += length;
  }

  /** The 64 bits as a signed decimal, as QuestDB's LONG reads them. */
  function bootDigits(low: number, high: number): Buffer {
    const key = `${high}.${low}`;
    let digits = boots.get(key);
    if (digits === undefined) {
      const value = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
      digits = Buffer.from(value.toString());
      if (boots.size >= MAX_CACHED_BOOTS) boots.clear();
      boots.set(key, digits);
    }
    return digits;
  }

  return {
    /** Adds the rows of a batch that are not older than `oldestMs`; answers how many were left out. */
    addBatch(batch: SampleBatch, oldestMs: number): number {
      const { rows, tsMs, deviceTimeMs, boot, seq, device, source } = batch;
      const columns = batch.channels
        .filter((column) => column !== null)
        .map(({ channel, values, nulls }) => ({ name: Buffer.from(`,${channel.name}=`), values, nulls }));
      const series = new Map<number, Buffer>();
      let lastBoot = bootDigits(boot[0], boot[1]);
      let expired = 0;
      for (let i = 0; i < rows; i++) {
        if (tsMs[i] < oldestMs) {
          expired++;
          continue;
        }
        reserve(MAX_ROW_BYTES);
        const name = device.index[i] * source.keys.length + source.index[i];
        let head = series.get(name);
        if (head === undefined) {
          head = Buffer.from(
            `${batch.kind},series=${device.keys[device.index[i]]}/${source.keys[source.index[i]]} boot=`,
          );
          series.set(name, head);
        }
        put(head);
        if (i > 0 && (boot[2 * i] !== boot[2 * i - 2] || boot[2 * i + 1] !== boot[2 * i - 1])) {
          lastBoot = bootDigits(boot[2 * i], boot[2 * i + 1]);
        }
        put(lastBoot);
        put(SEQ);
        integer(seq[2 * i] + seq[2 * i + 1] * 0x1_0000_0000);
        put(OFFSET);
        integer(tsMs[i] - deviceTimeMs[i]);
        out[pos++] = INTEGER;
        for (let c = 0; c < columns.length; c++) {
          const { name: column, values, nulls } = columns[c];
          if (nulls[i] !== 0) continue;
          put(column);
          integer(values[i]);
          out[pos++] = INTEGER;
        }
        out[pos++] = SPACE;
        integer(tsMs[i]);
        put(NANOS);
      }
      return expired;
    },
    /** Adds one line of any table: symbols, then integers. */
    addLine(table: string, symbols: Record<string, string>, integers: Record<string, number>, timeMs: number): void {
      reserve(MAX_ROW_BYTES);
      const names = Object.entries(symbols).map(([name, value]) => `,${name}=${value}`);
      put(Buffer.from(table + names.join('')));
      let separator = SPACE;
      for (const [name, value] of Object.entries(integers)) {
        out[pos++] = separator;
        separator = COMMA;
        put(Buffer.from(`${name}=`));
        integer(value);
        out[pos++] = INTEGER;
      }
      out[pos++] = SPACE;
      integer(timeMs);
      put(NANOS);
    },
    /** The bytes so far, valid until the next call, and an empty encoder. */
    take(): Buffer {
      const taken = out.subarray(0, pos);
      pos = 0;
      return taken;
    },
    get endsLine() {
      return pos === 0 || out[pos - 1] === NEWLINE;
    },
  };
}

const SEQ = Buffer.from('i,seq=');
const OFFSET = Buffer.from('i,offset_ms=');
