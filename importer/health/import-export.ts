import { createCoalescing, type HealthRow } from '../../files/health/coalesce.ts';
import { countersOf } from '../../files/health/health-batch.ts';
import type { HealthRecord } from '../../files/health/health-record.ts';
import type { Verdict } from '../../files/import-verdict.ts';
import { DamageCounts, RefusedFileError } from '../../files/reasons.ts';
import type { SensorFrame } from '../../schemas/frame/encode.ts';
import type { ImportDeps } from '../import-deps.ts';
import { sendFrames } from '../send-frames.ts';
import { type SamplePoints, sampleFrames, workoutFrames } from './health-frames.ts';
import { type HealthExport, openHealthExport } from './open-export.ts';
import { addSent, NOTHING_SENT } from './send-batch.ts';
import { createWorkoutSpans, type FoundWorkout } from './workout-spans.ts';

const MAX_WORKOUTS = 50_000;
/** Series of samples that are sent together. */
const SERIES_AT_ONCE = 64;
const ROWS_AT_ONCE = 200;
/** Of the work, what reading the records once is. */
const FIRST_SHARE = 0.4;

export interface HealthImportDeps extends ImportDeps {
  /** What is kept in the account's database. It is waited for: nothing piles up. */
  readonly onRows: (rows: readonly HealthRow[]) => Promise<void>;
  /** Where what has to be unpacked lies meanwhile; '' for the system's folder. */
  readonly scratchFolder: string;
}

/**
 * Imports what Apple's Health app or Android's Health Connect exports. It is looked through once from beginning to
 * end, for what is broken and for its workouts, before anything of it is sent; then again, sending. In memory are its
 * workouts, and of each what is not sent yet. What was measured in a workout goes the way of live samples; of all else,
 * intervals with their sums and means are kept: a heart rate every five minutes for years is no activity, and finding
 * none in it would keep processors busy.
 */
export async function importHealthExport(file: string, deps: HealthImportDeps): Promise<Verdict> {
  let opened: HealthExport | null = null;
  try {
    opened = await openHealthExport(file, deps.scratchFolder, deps.send.clock.nowMs());
    return await importFrom(opened, deps);
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    return { kind: 'refused', reason: error.reason, detail: error.message };
  } finally {
    await opened?.close();
  }
}

async function importFrom(opened: HealthExport, deps: HealthImportDeps): Promise<Verdict> {
  const { athlete, send, onProgress, onRows } = deps;
  const nowMs = send.clock.nowMs();
  const { found, span, findings } = await lookThrough(opened, (share) => onProgress(share * FIRST_SHARE));

  const spans = createWorkoutSpans(found);
  const rows: HealthRow[] = [];
  const coalescing = createCoalescing((row) => rows.push(row));
  const waiting: SamplePoints[] = [];
  let sent = NOTHING_SENT;
  const sendAll = async (frames: readonly SensorFrame[]) => {
    if (frames.length > 0) sent = addSent(sent, await sendFrames(frames, { ...send, onAcknowledged: () => undefined }));
  };
  const flush = async (least: number) => {
    while (rows.length >= Math.min(least, ROWS_AT_ONCE)) await onRows(rows.splice(0, ROWS_AT_ONCE));
    if (waiting.length < least) return;
    await sendAll(waiting.splice(0).flatMap((points) => [...sampleFrames(athlete, points)]));
  };
  const take = (record: HealthRecord) => {
    const { content } = record;
    if (content.kind === 'workout') return;
    coalescing.add({ ...record, content });
    if (content.kind === 'amount') spans.addAmount({ ...record, content });
    if (content.kind === 'samples') waiting.push(...spans.addSample({ ...record, content }));
  };
  await opened.readThrough({ record: take }, async (share) => {
    await flush(SERIES_AT_ONCE);
    onProgress(FIRST_SHARE + share * FIRST_SHARE);
  });
  coalescing.end();
  waiting.push(...spans.endSamples());
  if (rows.length + waiting.length > 0) await flush(1);

  const damage = new DamageCounts();
  for (const [i, workout] of found.entries()) {
    await sendAll([...workoutFrames(athlete, await whole(workout, opened, damage), nowMs)]);
    onProgress(2 * FIRST_SHARE + ((1 - 2 * FIRST_SHARE) * (i + 1)) / found.length);
  }
  for (let i = 0; i < found.length; i += ROWS_AT_ONCE) {
    await onRows(found.slice(i, i + ROWS_AT_ONCE).map(({ record }) => rowOf(record)));
  }
  const { records, workouts, notTaken } = findings;
  return {
    ...{ kind: 'health', records, workouts, notTaken, span, sent },
    damage: [...findings.damage, ...damage.list()],
  };
}

/** What is in the export, and nothing sent of it yet. */
async function lookThrough(opened: HealthExport, onShare: (share: number) => void) {
  const found: FoundWorkout[] = [];
  let [startMs, endMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const record = (record: HealthRecord, route: string | null) => {
    startMs = Math.min(startMs, record.startMs);
    endMs = Math.max(endMs, record.endMs);
    const { content } = record;
    if (content.kind !== 'workout') return;
    if (found.length >= MAX_WORKOUTS)
      throw new RefusedFileError('too_many_samples', `more than ${MAX_WORKOUTS} workouts`);
    found.push({ record: { ...record, content }, route, amounts: [] });
  };
  const findings = await opened.readThrough({ record }, async (share) => onShare(share));
  return { found, findings, span: { startMs, endMs } };
}

/** With its route and what it counted. A route that cannot be read leaves the workout without one. */
async function whole({ record, route, amounts }: FoundWorkout, opened: HealthExport, damage: DamageCounts) {
  const points = route === null ? [] : await opened.route(route, damage);
  return {
    record: { ...record, content: { ...record.content, route: points } },
    counters: countersOf(record.startMs, amounts),
  };
}

const rowOf = ({ id, origin, startMs, endMs }: HealthRecord): HealthRow => {
  return { id, origin, startMs, endMs, measure: 'workout', value: 0 };
};
