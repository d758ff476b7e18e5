import { type Channel, channelsOf, kindOf } from '../schemas/channels.ts';
import type { SensorFrame } from '../schemas/frame/encode.ts';
import type { Reason } from '../schemas/reasons.ts';
import { type Fate, type SeriesTruth, seriesKey, type Truth } from './truth.ts';

/** A row as a store has it. The key is (device, boot, source, device time). */
export interface StoredRow {
  readonly device: string;
  /** 16 hex digits. */
  readonly boot: string;
  readonly source: string;
  /** Device time, ms since the epoch: event time − offset. */
  readonly timeMs: number;
  readonly seq: number;
  /** Stored units by channel name; missing names are NULL. */
  readonly values: Readonly<Record<string, number | null | undefined>>;
}

/** How a store differs from the truth. `examples` describes the first few differences in words. */
export interface StoreDifferences {
  readonly rows: number;
  /** Rows of acknowledged frames that neither the store nor DEAD has. */
  readonly missing: number;
  /** Rows that no good frame holds. */
  readonly surplus: number;
  /** Keys with other values, or another seq, than were sent. */
  readonly different: number;
  /** Keys that the store holds more than once. */
  readonly repeated: number;
  readonly examples: readonly string[];
}

const MAX_EXAMPLES = 20;

/** Names a frame: unique, for none of the three holds a space. */
export const frameKey = (frame: { device: string; boot: string; seq: number }) =>
  `${frame.device} ${frame.boot} ${frame.seq}`;

/**
 * Grades one store: give it every row with `add`, then ask `finish`. Acknowledged rows must be there (or their frame in
 * DEAD), rows that were sent may be there, nothing else may; each key once, with the values that were sent, after the
 * channel's limits. Of a frame that a conflict contradicted, either content is right.
 */
export function createStoreCheck(truth: Truth) {
  if (truth.keep !== 'rows') throw new RangeError('this truth kept counts only');
  const seen = new Map<Fate, Uint8Array>();
  const examples: string[] = [];
  const counts = { rows: 0, missing: 0, surplus: 0, different: 0, repeated: 0 };

  function differs(kind: 'missing' | 'surplus' | 'different' | 'repeated', words: () => string): void {
    counts[kind]++;
    if (examples.length < MAX_EXAMPLES) examples.push(`${kind}: ${words()}`);
  }

  return {
    add(row: StoredRow): void {
      counts.rows++;
      const series = truth.series.get(seriesKey(row.device, row.boot, row.source));
      const found = series === undefined ? null : findSample(series, row.timeMs);
      if (series === undefined || found === null) {
        differs('surplus', () => JSON.stringify(row));
        return;
      }
      const { fate, index } = found;
      const marks = seen.get(fate) ?? new Uint8Array(fate.letter.frame.timesMs.length);
      seen.set(fate, marks);
      if (marks[index]++ > 0) differs('repeated', () => JSON.stringify(row));
      const { frame } = fate.letter;
      const contents = [frame, ...(series.others.get(frame.seq) ?? [])];
      const isSent = row.seq === frame.seq && contents.some((content) => sameValues(content, index, row));
      if (!isSent) differs('different', () => `${JSON.stringify(row)}, sent ${describe(frame, index)}`);
    },

    /** `deadFrames` holds the `frameKey` of every frame in DEAD. */
    finish(deadFrames: ReadonlySet<string> = new Set()): StoreDifferences {
      for (const { fates } of truth.series.values()) {
        for (const fate of fates) {
          const { frame } = fate.letter;
          if (!fate.acknowledged || deadFrames.has(frameKey(frame))) continue;
          const marks = seen.get(fate);
          for (let i = 0; i < frame.timesMs.length; i++) {
            if (!marks?.[i]) differs('missing', () => describe(frame, i));
          }
        }
      }
      return { ...counts, examples };
    },
  };
}

function findSample({ fates }: SeriesTruth, timeMs: number): { fate: Fate; index: number } | null {
  let low = 0;
  let high = fates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fates[middle].letter.frame.timesMs[0] <= timeMs) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return null;
  const fate = fates[low - 1];
  const index = fate.letter.frame.timesMs.indexOf(timeMs);
  return index < 0 ? null : { fate, index };
}

function sameValues(frame: SensorFrame, index: number, row: StoredRow): boolean {
  const channels = channelsOf(kindOf(frame.source));
  return channels.every((channel) => (row.values[channel.name] ?? null) === storedValue(frame, index, channel));
}

/** What a store has of a value that was sent: nothing when it is lost, or outside its channel's limits. */
function storedValue(frame: SensorFrame, index: number, { name, min, max }: Channel): number | null {
  const value = frame.columns[name]?.[index] ?? null;
  return value === null || value < min || value > max ? null : value;
}

function describe(frame: SensorFrame, index: number): string {
  const { device, boot, seq, source, timesMs, columns } = frame;
  const values = Object.fromEntries(Object.entries(columns).map(([name, list]) => [name, list[index]]));
  return JSON.stringify({ device, boot, source, timeMs: timesMs[index], seq, values });
}

export interface DeadLetter {
  readonly device: string;
  readonly reason: Reason;
  /** SHA-256 of the raw bytes, in hex. */
  readonly sha256: string;
}

export interface DeadDifferences {
  readonly letters: number;
  /** Malformed letters that were acknowledged and are not in DEAD. */
  readonly missing: number;
  /** Malformed letters in DEAD under another reason than the truth's. */
  readonly wrongReason: number;
  /** Letters in DEAD that are no malformed one of ours. */
  readonly unexpected: number;
  /** Conflicts that the server took, as it may after a restart: it remembers the last contents only. */
  readonly forgottenConflicts: number;
  readonly examples: readonly string[];
}

/** Grades DEAD. A letter may be there several times: it may have been sent several times. */
export function compareDeadLetters(truth: Truth, letters: Iterable<DeadLetter>): DeadDifferences {
  const byHash = new Map<string, Fate>();
  for (const fate of truth.malformed) for (const hash of fate.hashes) byHash.set(hash, fate);
  const buried = new Set<Fate>();
  const examples: string[] = [];
  const example = (words: string) => void (examples.length < MAX_EXAMPLES && examples.push(words));
  const counts = { letters: 0, missing: 0, wrongReason: 0, unexpected: 0, forgottenConflicts: 0 };
  for (const letter of letters) {
    counts.letters++;
    const fate = byHash.get(letter.sha256);
    if (fate === undefined) {
      counts.unexpected++;
      example(`unexpected: ${JSON.stringify(letter)}`);
      continue;
    }
    buried.add(fate);
    if (fate.letter.malformed?.reason === letter.reason) continue;
    counts.wrongReason++;
    example(`wrong reason: ${fate.letter.malformed?.kind} has ${letter.reason}`);
  }
  for (const fate of truth.malformed) {
    if (!fate.acknowledged || buried.has(fate)) continue;
    if (fate.letter.malformed?.isConflict) counts.forgottenConflicts++;
    else {
      counts.missing++;
      example(`missing: ${fate.letter.malformed?.kind} of ${frameKey(fate.letter.frame)}`);
    }
  }
  return { ...counts, examples };
}
