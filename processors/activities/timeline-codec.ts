import type { ActivityRecord } from '../../schemas/activity.ts';
import { ByteReader } from '../roll-ups/byte-reader.ts';
import { ByteWriter } from '../roll-ups/byte-writer.ts';
import type { DeviceMarks } from './device-marks.ts';
import { restoreActivityMetrics } from './metrics/activity-metrics.ts';
import { SecondsWindow } from './metrics/seconds-window.ts';
import type { RecomputeMark } from './recompute-marks.ts';
import { Session, type SessionStart } from './session.ts';
import type { Athlete, KnownSource } from './shard-activities.ts';
import type { Waiting } from './timeline.ts';

/** Grows with every change of what follows it. */
const FORMAT = 1;

interface KeptSession {
  readonly start: Omit<SessionStart, 'profile'>;
  readonly starters: readonly string[];
  readonly devices: readonly string[];
  readonly aliveS: number;
  readonly isIncomplete: boolean;
  readonly isPublished: boolean;
  readonly blocks: readonly string[];
}

interface KeptAthlete {
  readonly key: string;
  readonly heardMs: number;
  readonly isResting: boolean;
  readonly sources: readonly KnownSource[];
  readonly newestMs: number;
  readonly quietUntilS: number;
  readonly waiting: readonly Waiting[];
  readonly hasWindow: boolean;
  readonly marks: ReturnType<DeviceMarks['encode']>;
  readonly session: KeptSession | null;
}

/** What is small is JSON; the seconds, which are not, are bytes. */
export function encodeAthletes(athletes: readonly Athlete[]): Uint8Array {
  const out = new ByteWriter();
  out.byte(FORMAT);
  out.varint(athletes.length);
  for (const { key, heardMs, isResting, sources, timeline } of athletes) {
    const { newestMs, quietUntilS, waiting, window, session } = timeline;
    const blocks = session?.metrics.blocks() ?? new Map<string, Uint8Array>();
    const kept: KeptAthlete = {
      key,
      heardMs,
      isResting,
      sources: [...sources.values()],
      newestMs,
      quietUntilS,
      waiting,
      hasWindow: window !== null,
      marks: timeline.marks.encode(),
      session: session && keptSession(session, [...blocks.keys()]),
    };
    out.text(JSON.stringify(kept));
    if (window) writeBytes(out, window.encode());
    if (session) writeBytes(out, session.metrics.encodeHead());
    for (const block of blocks.values()) writeBytes(out, block);
  }
  return out.take();
}

function keptSession(session: Session, blocks: readonly string[]): KeptSession {
  const { start, starters, devices, aliveS, isIncomplete, isPublished } = session;
  const { profile: _, ...rest } = start;
  return { start: rest, starters: [...starters], devices: [...devices], aliveS, isIncomplete, isPublished, blocks };
}

/** Throws RangeError or CheckpointError when the bytes are of another format. */
export function decodeAthletes(bytes: Uint8Array, make: (key: string) => Athlete): Athlete[] {
  const from = new ByteReader(bytes);
  if (from.byte() !== FORMAT) throw new RangeError('the state of activities is of another version');
  return Array.from({ length: from.varint() }, () => {
    const kept = JSON.parse(from.text()) as KeptAthlete;
    const athlete = make(kept.key);
    const { timeline, sources } = athlete;
    athlete.heardMs = kept.heardMs;
    athlete.isResting = kept.isResting;
    for (const one of kept.sources) sources.set(`${one.device}/${one.source}`, one);
    timeline.newestMs = kept.newestMs;
    timeline.quietUntilS = kept.quietUntilS;
    timeline.waiting = [...kept.waiting];
    timeline.marks.restore(kept.marks);
    if (kept.hasWindow) timeline.window = SecondsWindow.restore(readBytes(from), timeline.capacityS);
    if (kept.session) timeline.session = restoreSession(kept.session, from);
    return athlete;
  });
}

/** The profile is the one that the activity began with. */
function restoreSession(kept: KeptSession, from: ByteReader): Session {
  const { start, starters, devices, blocks } = kept;
  const head = readBytes(from);
  const { config, metrics } = restoreActivityMetrics(head, new Map(blocks.map((name) => [name, readBytes(from)])));
  const session = new Session({ ...start, profile: config.profile }, { metrics, starters, devices });
  session.aliveS = kept.aliveS;
  session.isIncomplete = kept.isIncomplete;
  session.isPublished = kept.isPublished;
  return session;
}

function writeBytes(out: ByteWriter, bytes: Uint8Array): void {
  out.varint(bytes.length);
  out.array(bytes);
}

function readBytes(from: ByteReader): Uint8Array {
  const bytes = new Uint8Array(from.varint());
  for (let i = 0; i < bytes.length; i++) bytes[i] = from.byte();
  return bytes;
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
