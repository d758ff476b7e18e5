import { randomUUID } from 'node:crypto';
import { mapHealthConnectRecord } from '../../files/health/health-connect-record.ts';
import type { HealthRecord, HealthStore, MappedRecord } from '../../files/health/health-record.ts';
import { mapHealthKitSample } from '../../files/health/healthkit-sample.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { AccountCaller } from '../caller.ts';
import { assertHealthConsent } from '../consents/consents.ts';
import type { Database } from '../database/database.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import { type ParameterError, Problem } from '../problem.ts';
import { once } from '../requests/idempotency.ts';
import { keepPushed } from './keep-records.ts';
import { HEALTH_QUEUE, type HealthJob } from './send-pushed.ts';
import { withdrawRecords } from './withdraw-records.ts';

export interface PushesDeps {
  readonly database: Database;
  readonly jobs: Pick<JobQueue, 'put'>;
  readonly clock: Clock;
  readonly wakeOutbox: () => void;
}

type Said = Readonly<Record<string, unknown>>;

export interface Push {
  readonly store: HealthStore;
  readonly records: readonly Said[];
  readonly deleted: readonly string[];
}

/** What became of a push. */
export interface PushAnswer {
  readonly taken: number;
  readonly changed: number;
  readonly repeated: number;
  readonly withdrawn: number;
  readonly notTaken: { type: string; count: number }[];
}

const MAPS = { healthkit: mapHealthKitSample, health_connect: mapHealthConnectRecord };
/** The field of the body that has the records. */
export const LISTS = { healthkit: 'samples', health_connect: 'records' } as const;
const MAX_ERRORS = 50;

/** What phones push of their health stores: all of a push is kept, or nothing. */
export function createPushes({ database, jobs, clock, wakeOutbox }: PushesDeps) {
  return {
    /** Throws `consent_needed`, `key_reused`, and `invalid_request` with the place and rule of all that is broken. */
    async take({ account }: Pick<AccountCaller, 'account'>, push: Push, key: string | undefined): Promise<PushAnswer> {
      const { store, records, deleted } = push;
      await assertHealthConsent(database, account);
      const { taken, notTaken } = mapAll(push, clock.nowMs());
      const scope = `push_${store}:${account}`;
      const answer = await once(
        { database, clock },
        { scope, key, request: [records, deleted] },
        async (transaction) => {
          await assertHealthConsent(transaction, account);
          const nowMs = clock.nowMs();
          const ids = store === 'healthkit' ? deleted.map((id) => id.toLowerCase()) : deleted;
          const withdrawn = await withdrawRecords(transaction, { account, store }, ids, nowMs);
          const kept = await keepPushed(transaction, account, taken, nowMs);
          const toSend = taken.filter(({ content }) => content.kind === 'workout' || content.kind === 'samples');
          if (toSend.length > 0 && kept.added + kept.changed > 0) {
            const id = randomUUID();
            const from_at = new Date(Math.min(...toSend.map(({ startMs }) => startMs)));
            const until_at = new Date(Math.max(...toSend.map(({ endMs }) => endMs)));
            await transaction.insertInto('health_pushes').values({ id, account, from_at, until_at }).execute();
            await jobs.put(transaction, HEALTH_QUEUE, { push: id } satisfies HealthJob);
          }
          const repeated = taken.length - kept.added - kept.changed;
          const body: PushAnswer = { taken: kept.added, changed: kept.changed, repeated, withdrawn, notTaken };
          return { status: 200, headers: {}, body };
        },
      );
      wakeOutbox();
      return answer.body;
    },
  };
}

export type Pushes = ReturnType<typeof createPushes>;

function mapAll({ store, records }: Push, nowMs: number) {
  const taken: HealthRecord[] = [];
  const types = new Map<string, number>();
  const errors: ParameterError[] = [];
  const take = (mapped: MappedRecord, place: number) => {
    if (mapped.outcome === 'taken') taken.push(mapped.record);
    else if (mapped.outcome === 'not_taken') types.set(mapped.type, (types.get(mapped.type) ?? 0) + 1);
    else {
      for (const { field, rule } of mapped.rules) {
        if (errors.length < MAX_ERRORS) errors.push({ parameter: `${LISTS[store]}/${place}/${field}`, message: rule });
      }
    }
  };
  for (const [place, record] of records.entries()) take(MAPS[store](record, nowMs), place);
  if (errors.length > 0) {
    const [first] = errors;
    throw new Problem('invalid_request', { detail: `${first.parameter}: ${first.message}`, errors });
  }
  return { taken, notTaken: [...types].map(([type, count]) => ({ type, count })) };
}
