import { type Selectable, sql } from 'kysely';
import { countersOf, encodeHealthBatch, type HealthBatch } from '../../files/health/health-batch.ts';
import type { HealthOrigin, HealthRecord, SamplesContent, WorkoutContent } from '../../files/health/health-record.ts';
import type { Clock } from '../../runtime/clock.ts';
import { hasHealthConsent } from '../consents/consents.ts';
import type { Database } from '../database/database.ts';
import { ImporterError, type ImportFile } from '../imports/importer.ts';
import type { DoJob } from '../jobs/job-queue.ts';
import { type HealthStoreTables, WORKOUT } from './tables.ts';

export const HEALTH_QUEUE = 'health-pushes';

export interface HealthJob {
  readonly account: string;
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

/**
 * Sends what was pushed and belongs to a workout by the way of live samples: workouts with what their own origin
 * counted, and samples that were measured in one, whichever of both came first. What is sent is marked then, so a job
 * that breaks off goes on where it was, under the same keys. Without consent nothing is sent.
 */
export function createSendPushed({ database, importFile, clock }: SendPushedDeps): DoJob {
  const toSend = (account: string) =>
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
      .where('content', 'is not', null)
      .where('sent_at', 'is', null)
      .where('withdrawn_at', 'is', null)
      .orderBy('start_at')
      .orderBy('id');

  async function nextBatch(account: string): Promise<{ batch: HealthBatch; rows: SourcedRow[] }> {
    const workouts = await toSend(account).where('measure', '=', WORKOUT).limit(MAX_WORKOUTS).execute();
    const samples = await toSend(account)
      .where('measure', '<>', WORKOUT)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('health_records as workout')
            .select('workout.id')
            .where('workout.account', '=', account)
            .where('workout.measure', '=', WORKOUT)
            .where('workout.withdrawn_at', 'is', null)
            .whereRef('workout.start_at', '<=', 'health_records.end_at')
            .whereRef('workout.end_at', '>=', 'health_records.start_at'),
        ),
      )
      .limit(MAX_SAMPLES)
      .execute();
    const counted = [];
    for (const row of workouts) {
      const record = recordOf<WorkoutContent>(row);
      counted.push({ record, counters: countersOf(record.startMs, await amountsOf(row)) });
    }
    return { batch: { workouts: counted, samples: joined(samples) }, rows: [...workouts, ...samples] };
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

  return async function sendPushed(data, { isLast, signal }) {
    const { account } = data as HealthJob;
    for (;;) {
      signal.throwIfAborted();
      const owner = database.selectFrom('accounts').select('athlete').where('id', '=', account);
      const athlete = (await owner.executeTakeFirst())?.athlete;
      if (athlete === undefined || !(await hasHealthConsent(database, account))) return;
      const { batch, rows } = await nextBatch(account);
      if (rows.length === 0) return;
      try {
        await importFile({ bytes: encodeHealthBatch(batch), athlete, signal, onProgress: () => undefined });
      } catch (error) {
        // It is not sent, and goes with the next push.
        if (isLast && error instanceof ImporterError) return;
        throw error;
      }
      await markSent(account, rows);
    }
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
