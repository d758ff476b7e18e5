import { type Selectable, sql } from 'kysely';
import { type CountedWorkout, countersOf, encodeHealthBatch } from '../../files/health/health-batch.ts';
import type { HealthOrigin, HealthRecord, SamplesContent, WorkoutContent } from '../../files/health/health-record.ts';
import type { Clock } from '../../runtime/clock.ts';
import { hasHealthConsent } from '../consents/consents.ts';
import type { Database } from '../database/database.ts';
import { ImporterError, type ImportFile } from '../imports/importer.ts';
import type { DoJob } from '../jobs/job-queue.ts';
import { type HealthStoreTables, WORKOUT } from './tables.ts';

export const HEALTH_QUEUE = 'health-pushes';

/** A row of `health_pushes`: the queue keeps jobs for days, and an account may be deleted meanwhile. */
export interface HealthJob {
  readonly push: string;
}

/** What was pushed lies within it. */
interface PushedSpan {
  readonly account: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface SendPushedDeps {
  readonly database: Database;
  readonly importFile: ImportFile;
  readonly clock: Clock;
}

type Row = Selectable<HealthStoreTables['health_records']>;
/** With where it comes from. */
type SourcedRow = Row & Pick<HealthOrigin, 'app' | 'device'>;

/** In one batch, which is in memory. */
const MAX_WORKOUTS = 10;
const MAX_SAMPLES = 2_000;
/** The longest that a record lasts: what began earlier is over. */
const MAX_LENGTH_MS = 7 * 86_400_000;

/**
 * Sends what was pushed and belongs to a workout by the way of live samples: workouts with what their own origin
 * counted, and samples that were measured in one, whichever of both came first. What is sent is marked then, so a job
 * that breaks off goes on where it was, under the same keys. Without consent nothing is sent.
 */
export function createSendPushed({ database, importFile, clock }: SendPushedDeps): DoJob {
  const records = (account: string) =>
    database
      .selectFrom('health_records')
      .innerJoin('health_sources', (join) =>
        join
          .onRef('health_sources.account', '=', 'health_records.account')
          .onRef('health_sources.source', '=', 'health_records.source'),
      )
      .selectAll('health_records')
      .select(['health_sources.app', 'health_sources.device'])
      .where('health_records.account', '=', account)
      .where('withdrawn_at', 'is', null)
      .orderBy('start_at')
      .orderBy('id');
  const toSend = (account: string) => records(account).where('content', 'is not', null).where('sent_at', 'is', null);

  const workoutsToSend = (account: string) =>
    toSend(account).where('measure', '=', WORKOUT).limit(MAX_WORKOUTS).execute();

  /** Those that what was pushed may be in, from a place on. */
  function workoutsAt({ account, fromMs, untilMs }: PushedSpan, after: SourcedRow | null) {
    const overlapping = records(account)
      .where('measure', '=', WORKOUT)
      .where('start_at', '>=', new Date(fromMs - MAX_LENGTH_MS))
      .where('start_at', '<=', new Date(untilMs))
      .where('end_at', '>=', new Date(fromMs))
      .limit(MAX_WORKOUTS);
    if (after === null) return overlapping.execute();
    return overlapping.where(sql<boolean>`(start_at, id) > (${after.start_at}, ${after.id})`).execute();
  }

  /** Samples that were measured in one of the workouts and are not sent yet. */
  function samplesIn(account: string, workouts: readonly Row[]) {
    return toSend(account)
      .where('measure', '<>', WORKOUT)
      .where(({ eb, and, or }) =>
        or(
          workouts.map(({ start_at, end_at }) =>
            and([
              eb('start_at', '>=', new Date(start_at!.getTime() - MAX_LENGTH_MS)),
              eb('start_at', '<=', end_at),
              eb('end_at', '>=', start_at),
            ]),
          ),
        ),
      )
      .limit(MAX_SAMPLES)
      .execute();
  }

  async function counted(row: SourcedRow): Promise<CountedWorkout> {
    const record = recordOf<WorkoutContent>(row);
    return { record, counters: countersOf(record.startMs, await amountsOf(row)) };
  }

  /** What the workout's own origin counted within it. */
  async function amountsOf({ account, source, start_at, end_at }: Row) {
    const rows = await database
      .selectFrom('health_records')
      .select(['measure', 'end_at', 'value'])
      .where('account', '=', account)
      .where('source', '=', source)
      .where('measure', 'in', ['distance', 'steps'])
      .where('withdrawn_at', 'is', null)
      .where('start_at', '>=', start_at)
      .where('end_at', '<=', end_at)
      .execute();
    return rows.map((row) => ({ measure: row.measure!, endMs: row.end_at!.getTime(), value: row.value! }));
  }

  async function markSent(account: string, rows: readonly Row[]): Promise<void> {
    const sent_at = new Date(clock.nowMs());
    for (const [store, some] of Map.groupBy(rows, (row) => row.store)) {
      await database
        .updateTable('health_records')
        // A route is in the stream from now on, and large.
        .set({ sent_at, content: sql<null>`case when measure = ${WORKOUT} then null else content end` })
        .where('account', '=', account)
        .where('store', '=', store)
        .where(
          'id',
          'in',
          some.map(({ id }) => id),
        )
        .execute();
    }
  }

  /** Null for one who is gone, or takes it back. */
  async function consentingAthlete(account: string): Promise<string | null> {
    const owner = database.selectFrom('accounts').select('athlete').where('id', '=', account);
    const athlete = (await owner.executeTakeFirst())?.athlete ?? null;
    return athlete !== null && (await hasHealthConsent(database, account)) ? athlete : null;
  }

  /** False when nothing may be sent any more. */
  async function send(
    account: string,
    workouts: readonly SourcedRow[],
    samples: readonly SourcedRow[],
    signal: AbortSignal,
  ) {
    signal.throwIfAborted();
    const athlete = await consentingAthlete(account);
    if (athlete === null) return false;
    const batch = { workouts: await Promise.all(workouts.map(counted)), samples: joined(samples) };
    await importFile({ bytes: encodeHealthBatch(batch), athlete, signal, onProgress: () => undefined });
    await markSent(account, [...workouts, ...samples]);
    return true;
  }

  async function sendSamples(account: string, workouts: readonly SourcedRow[], signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const samples = await samplesIn(account, workouts);
      if (samples.length === 0) return true;
      if (!(await send(account, [], samples, signal))) return false;
    }
  }

  async function sendAll(span: PushedSpan, signal: AbortSignal): Promise<void> {
    const { account } = span;
    for (let some = await workoutsToSend(account); some.length > 0; some = await workoutsToSend(account)) {
      if (!(await send(account, some, await samplesIn(account, some), signal))) return;
      if (!(await sendSamples(account, some, signal))) return;
    }
    for (let some = await workoutsAt(span, null); some.length > 0; some = await workoutsAt(span, some.at(-1)!)) {
      if (!(await sendSamples(account, some, signal))) return;
    }
  }

  return async function sendPushed(data, { isLast, signal }) {
    const { push } = data as HealthJob;
    const row = await database.selectFrom('health_pushes').selectAll().where('id', '=', push).executeTakeFirst();
    if (row === undefined) return;
    const { account, from_at, until_at } = row;
    try {
      await sendAll({ account, fromMs: from_at.getTime(), untilMs: until_at.getTime() }, signal);
    } catch (error) {
      // It is not sent, and goes with a later push.
      if (!isLast || !(error instanceof ImporterError)) throw error;
    }
    await database.deleteFrom('health_pushes').where('id', '=', push).execute();
  };
}

function recordOf<Content extends WorkoutContent | SamplesContent>(row: SourcedRow): HealthRecord<Content> {
  const { id, store, app, device, start_at, end_at, content } = row;
  const [startMs, endMs] = [start_at!.getTime(), end_at!.getTime()];
  return { id, origin: { store, app, device }, startMs, endMs, content: content as Content };
}

/** Single samples of one origin and measure become one series, so that they are few frames. */
function joined(rows: readonly SourcedRow[]): HealthRecord<SamplesContent>[] {
  const series = Map.groupBy(rows, ({ source, measure }) => `${source} ${measure}`);
  return [...series.values()].map((some) => {
    const records = some.map((row) => recordOf<SamplesContent>(row));
    const points = records.flatMap(({ content: { timesMs, values } }) =>
      timesMs.map((timeMs, i) => [timeMs, values[i]] as const),
    );
    // Of equal times the first one stands.
    const byTime = new Map(points.toReversed());
    const sorted = [...byTime].sort(([a], [b]) => a - b);
    const content = {
      ...records[0].content,
      ...{ timesMs: sorted.map(([timeMs]) => timeMs), values: sorted.map(([, value]) => value) },
    };
    return { ...records[0], endMs: Math.max(...records.map(({ endMs }) => endMs)), content };
  });
}
