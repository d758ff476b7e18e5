import type { ActivityRecord } from '../../schemas/activity.ts';
import { ByteReader } from '../roll-ups/byte-reader.ts';
import { ByteWriter } from '../roll-ups/byte-writer.ts';
import type { Athlete, KnownSource } from './athlete.ts';
import { restoreActivityMetrics } from './metrics/activity-metrics.ts';
import { CheckpointError } from './metrics/checkpoint.ts';
import { SecondsWindow } from './metrics/seconds-window.ts';
import type { KeptOrigins } from './origins.ts';
import type { RecomputeMark } from './recompute-marks.ts';
import { Session, type SessionStart } from './session.ts';
import type { KeptMarks } from './source-marks.ts';
import type { Waiting } from './waiting.ts';

/** Grows with every change of what follows it. */
const FORMAT = 3;

interface KeptSession {
  readonly start: Omit<SessionStart, 'profile'>;
  readonly starters: readonly string[];
  readonly devices: readonly string[];
  readonly origins: KeptOrigins;
  readonly aliveS: number;
  readonly isIncomplete: boolean;
  readonly isPublished: boolean;
}

interface KeptAthlete {
  readonly key: string;
  readonly heardMs: number;
  readonly touchedSeq: number;
  readonly isResting: boolean;
  readonly sources: readonly KnownSource[];
  readonly newestMs: number;
  readonly quietUntilS: number;
  readonly waiting: readonly Waiting[];
  readonly hasWindow: boolean;
  readonly marks: KeptMarks;
  readonly session: KeptSession | null;
}

const writer = new ByteWriter();

/** What changes of an athlete. What is small is JSON; the seconds, which are not, are bytes. */
export function encodeAthlete({ key, heardMs, touchedSeq, isResting, sources, timeline }: Athlete): Uint8Array {
  const { newestMs, quietUntilS, waiting, window, session } = timeline;
  const kept: KeptAthlete = {
    key,
    heardMs,
    touchedSeq,
    isResting,
    sources: [...sources.values()],
    newestMs,
    quietUntilS,
    waiting,
    hasWindow: window !== null,
    marks: timeline.marks.encode(),
    session: session && keptSession(session),
  };
  writer.byte(FORMAT);
  writer.text(JSON.stringify(kept));
  if (window) writeBytes(window.encode());
  if (session) writeBytes(session.metrics.encodeHead());
  return writer.take();
}

function keptSession(session: Session): KeptSession {
  const { start, starters, devices, aliveS, isIncomplete, isPublished } = session;
  const { profile: _, ...rest } = start;
  const origins = session.origins.encode();
  return { start: rest, starters: [...starters], devices: [...devices], origins, aliveS, isIncomplete, isPublished };
}

/**
 * `blocksOf` gives the blocks of the activity that goes on. Throws RangeError, SyntaxError or CheckpointError when the
 * bytes are of another format or a block is missing.
 */
export function decodeAthlete(
  bytes: Uint8Array,
  make: (key: string) => Athlete,
  blocksOf: (key: string) => ReadonlyMap<string, Uint8Array> | undefined,
): Athlete {
  const from = new ByteReader(bytes);
  if (from.byte() !== FORMAT) throw new CheckpointError('the state of activities is of another version');
  const kept = JSON.parse(from.text()) as KeptAthlete;
  const athlete = make(kept.key);
  const { timeline, sources } = athlete;
  athlete.heardMs = kept.heardMs;
  athlete.touchedSeq = kept.touchedSeq;
  athlete.isResting = kept.isResting;
  for (const one of kept.sources) sources.set(`${one.device}/${one.source}`, one);
  timeline.newestMs = kept.newestMs;
  timeline.quietUntilS = kept.quietUntilS;
  timeline.waiting = [...kept.waiting];
  timeline.marks.restore(kept.marks);
  if (kept.hasWindow) timeline.window = SecondsWindow.restore(readBytes(from), timeline.capacityS);
  if (kept.session) timeline.session = restoreSession(kept.session, readBytes(from), blocksOf(kept.key) ?? new Map());
  if (!from.isAtEnd()) throw new CheckpointError('the state of an athlete has more bytes than it says');
  return athlete;
}

/** The profile is the one that the activity began with. */
function restoreSession(kept: KeptSession, head: Uint8Array, blocks: ReadonlyMap<string, Uint8Array>): Session {
  const { start, starters, devices, origins } = kept;
  const { config, metrics } = restoreActivityMetrics(head, blocks);
  const session = new Session({ ...start, profile: config.profile }, { metrics, starters, devices, origins });
  session.aliveS = kept.aliveS;
  session.isIncomplete = kept.isIncomplete;
  session.isPublished = kept.isPublished;
  return session;
}

function writeBytes(bytes: Uint8Array): void {
  writer.varint(bytes.length);
  writer.array(bytes);
}

function readBytes(from: ByteReader): Uint8Array {
  return from.bytes(from.varint());
}

export function encodeUnwritten(records: readonly ActivityRecord[], marks: readonly RecomputeMark[]): Uint8Array {
  const kept = { records, marks: marks.map((mark) => ({ ...mark, devices: [...mark.devices] })) };
  return Buffer.from(JSON.stringify(kept));
}

export function decodeUnwritten(bytes: Uint8Array): { records: ActivityRecord[]; marks: RecomputeMark[] } {
  const { records, marks } = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
    records: ActivityRecord[];
    marks: (Omit<RecomputeMark, 'devices'> & { devices: string[] })[];
  };
  return { records, marks: marks.map((mark) => ({ ...mark, devices: new Set(mark.devices) })) };
}
