import { createHash } from 'node:crypto';
import type { SensorFrame } from '../schemas/frame/encode.ts';
import type { Letter } from './script.ts';

/** What became of one letter. */
export interface Fate {
  readonly letter: Letter;
  sends: number;
  acknowledged: boolean;
  /** Of a malformed letter: SHA-256 of all the bytes that were sent, for `sentMs` differs each time. */
  readonly hashes: Set<string>;
}

/** All good frames of one (device, boot, source), in order of their times; times of two frames never overlap. */
export interface SeriesTruth {
  readonly fates: Fate[];
  /** By seq: contents that a server may hold instead, when it forgot the first (a conflict after a restart). */
  readonly others: Map<number, SensorFrame[]>;
}

export interface TruthCounts {
  /** Good frames, and their samples, that were sent at least once. */
  sentFrames: number;
  sentSamples: number;
  acknowledgedFrames: number;
  acknowledgedSamples: number;
  sentMalformed: number;
  acknowledgedMalformed: number;
  /** Sendings of anything, repeats included. */
  sends: number;
}

export interface TruthOptions {
  /** `rows` keeps every frame so that a store can be compared; `counts` keeps the numbers only, for long loads. */
  readonly keep: 'rows' | 'counts';
  readonly maxFrames?: number;
}

const DEFAULT_MAX_FRAMES = 1_000_000;

/** Names a series: unique, for none of the three holds a space. */
export const seriesKey = (device: string, boot: string, source: string) => `${device} ${boot} ${source}`;

/**
 * Remembers everything that devices sent and what was acknowledged, so that a store can be graded against it. Throws
 * RangeError past `maxFrames` frames instead of growing without an end.
 */
export function createTruth({ keep, maxFrames = DEFAULT_MAX_FRAMES }: TruthOptions) {
  // Letters are known by reference: a repeat of a letter is the same object. Without rows, one that is acknowledged is
  // forgotten as soon as no device holds it.
  const fates = new WeakMap<Letter, Fate>();
  const open = new Set<Fate>();
  const series = new Map<string, SeriesTruth>();
  const malformed: Fate[] = [];
  let kept = 0;
  const counts: TruthCounts = {
    sentFrames: 0,
    sentSamples: 0,
    acknowledgedFrames: 0,
    acknowledgedSamples: 0,
    sentMalformed: 0,
    acknowledgedMalformed: 0,
    sends: 0,
  };

  function fateOf(letter: Letter): Fate {
    const known = fates.get(letter);
    if (known !== undefined) return known;
    const fate: Fate = { letter, sends: 0, acknowledged: false, hashes: new Set() };
    fates.set(letter, fate);
    open.add(fate);
    if (keep === 'rows') remember(fate);
    return fate;
  }

  function remember(fate: Fate): void {
    if (kept >= maxFrames) throw new RangeError(`the truth holds ${maxFrames} frames and takes no more`);
    kept++;
    const { frame, malformed: bad, other } = fate.letter;
    const { fates: inOrder, others } = seriesOf(frame);
    if (bad === null) insertByTime(inOrder, fate);
    else malformed.push(fate);
    if (other !== null) others.set(frame.seq, [...(others.get(frame.seq) ?? []), other]);
  }

  function seriesOf({ device, boot, source }: SensorFrame): SeriesTruth {
    const key = seriesKey(device, boot, source);
    const known = series.get(key);
    if (known !== undefined) return known;
    const one: SeriesTruth = { fates: [], others: new Map() };
    series.set(key, one);
    return one;
  }

  return {
    keep,
    counts: counts as Readonly<TruthCounts>,
    series: series as ReadonlyMap<string, SeriesTruth>,
    malformed: malformed as readonly Fate[],
    /** Says that these bytes of the letter leave now. */
    sent(letter: Letter, bytes: Uint8Array): void {
      const fate = fateOf(letter);
      counts.sends++;
      if (fate.sends++ === 0) {
        if (letter.malformed !== null) counts.sentMalformed++;
        else {
          counts.sentFrames++;
          counts.sentSamples += letter.frame.timesMs.length;
        }
      }
      if (letter.malformed !== null && keep === 'rows') fate.hashes.add(sha256(bytes));
    },
    acknowledged(letter: Letter): void {
      const fate = fateOf(letter);
      if (fate.acknowledged) return;
      fate.acknowledged = true;
      open.delete(fate);
      if (letter.malformed !== null) counts.acknowledgedMalformed++;
      else {
        counts.acknowledgedFrames++;
        counts.acknowledgedSamples += letter.frame.timesMs.length;
      }
    },
    isAcknowledged: (letter: Letter) => fates.get(letter)?.acknowledged ?? false,
    /** Letters that were sent and not acknowledged so far. */
    unacknowledged: (): Letter[] => [...open].map((fate) => fate.letter),
  };
}
export type Truth = ReturnType<typeof createTruth>;

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Frames mostly come in order, so the place is near the end. */
function insertByTime(fates: Fate[], fate: Fate): void {
  const startMs = fate.letter.frame.timesMs[0];
  let at = fates.length;
  while (at > 0 && fates[at - 1].letter.frame.timesMs[0] > startMs) at--;
  fates.splice(at, 0, fate);
}
