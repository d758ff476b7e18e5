import type { DeadLetter } from '../../device-sim/store-check.ts';
import { frameKey } from '../../device-sim/store-check.ts';
import { seriesKey, type Truth } from '../../device-sim/truth.ts';
import { rowsOf, type SampleRow } from '../../processors/batch-rows.ts';
import type { LogMessage, MessageLog } from '../../runtime/stream/stream.ts';
import type { Kind } from '../../schemas/channels.ts';
import { createFrameDecoder } from '../../schemas/frame/decode.ts';
import { encodeFrame } from '../../schemas/frame/encode.ts';
import { bootToHex } from '../../schemas/identity.ts';
import { BATCH_HEADERS, DEAD_HEADERS, type Names } from '../../schemas/names.ts';
import type { Reason } from '../../schemas/reasons.ts';

/** What DEAD holds, as far as the truth can say it. */
export interface DeadFound {
  /** Letters of devices that ingest was right to bury, or that the truth has to judge. */
  readonly letters: readonly DeadLetter[];
  /** `frameKey` of good frames that came after their contradiction: the first content counts, so these are dead. */
  readonly contradicted: ReadonlySet<string>;
  /** By sink: `frameKey` of good frames in batches that the store refused. */
  readonly refusedBy: ReadonlyMap<string, ReadonlySet<string>>;
  /** By sink: the rows of those batches. */
  readonly refusedRows: ReadonlyMap<string, readonly SampleRow[]>;
}

/** Everything on a log, from its first message to the one that is the last at the time of the call. */
export async function* readAll(log: MessageLog, filter: string): AsyncGenerator<LogMessage> {
  const { lastSeq } = await log.info();
  if (lastSeq === 0) return;
  const stop = new AbortController();
  try {
    for await (const message of log.readFrom({ subjects: [filter], fromSeq: 1, signal: stop.signal })) {
      yield message;
      if (message.seq >= lastSeq || message.pendingMessages === 0) return;
    }
  } finally {
    stop.abort();
  }
}

/** `isPoison` knows the batches that a sink has to bury; without it a buried batch is a fault of ours and throws. */
export async function readDead(
  log: MessageLog,
  names: Names,
  truth: Truth,
  isPoison: (message: LogMessage) => boolean = () => false,
): Promise<DeadFound> {
  const letters: DeadLetter[] = [];
  const contradicted = new Set<string>();
  const refusedBy = new Map<string, Set<string>>();
  const refusedRows = new Map<string, SampleRow[]>();
  for await (const message of readAll(log, names.deadFilter)) {
    const parsed = names.parseDead(message.subject);
    if (parsed === null) throw new Error(`DEAD holds ${message.subject}`);
    if (parsed.reason === 'store_refused') {
      if (!isPoison(message)) throw new Error(`a sink buried a batch: ${message.header(DEAD_HEADERS.detail)}`);
      const frames = refusedBy.get(parsed.device) ?? new Set();
      refusedBy.set(parsed.device, frames);
      const kind = message.header(BATCH_HEADERS.kind) as Kind;
      const rows = rowsOf({ kind, payload: message.data });
      for (const row of rows) frames.add(frameKey(row));
      refusedRows.set(parsed.device, [...(refusedRows.get(parsed.device) ?? []), ...rows]);
      continue;
    }
    const good = parsed.reason === 'frame_conflict' ? contradictedFrame(message.data, truth) : null;
    if (good !== null) contradicted.add(good);
    else {
      const [device, sha256] = [DEAD_HEADERS.device, DEAD_HEADERS.sha256].map((name) => message.header(name));
      letters.push({ device, sha256, reason: parsed.reason as Reason });
    }
  }
  return { letters, contradicted, refusedBy, refusedRows };
}

const decoder = createFrameDecoder();

/** The key of the good frame that these bytes are, if another content was sent under its name; else null. */
function contradictedFrame(bytes: Uint8Array, truth: Truth): string | null {
  if (decoder.decode(bytes, 0, bytes.length) !== null) return null;
  const { device, bootLow, bootHigh, seq, source, sentMs } = decoder.frame;
  const boot = bootToHex(bootLow, bootHigh);
  const series = truth.series.get(seriesKey(device, boot, source));
  if (!series?.others.has(seq)) return null;
  const fate = series.fates.find(({ letter }) => letter.frame.seq === seq);
  if (fate === undefined) return null;
  return Buffer.compare(encodeFrame({ ...fate.letter.frame, sentMs }), bytes) === 0
    ? frameKey({ device, boot, seq })
    : null;
}
