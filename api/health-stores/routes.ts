import type { Fields } from '../../files/health/record-checks.ts';
import type { Access } from '../access.ts';
import { changes, instead, json, OWN_PROBLEMS, reads, SOMEBODY } from '../accounts/route-parts.ts';
import type { Database } from '../database/database.ts';
import { IdempotencyHeaders } from '../requests/idempotency.ts';
import type { ApiServer } from '../server.ts';
import { strictValidator } from '../strict-json.ts';
import type { Pushes } from './pushes.ts';
import { readHealthDay } from './read-day.ts';
import { DayParams, HealthConnectPush, HealthDay, HealthKitPush, PushOutcome } from './statements.ts';

export interface HealthStoreRoutesDeps {
  readonly access: Access;
  readonly pushes: Pushes;
  readonly database: Database;
}

const OWN = { ...SOMEBODY, tags: ['health'] };
/** Of a push: a route of four hours is 2 MB. */
const MAX_PUSH_BYTES = 8 * 1024 * 1024;
const pushes = { ...changes, validatorCompiler: strictValidator, bodyLimit: MAX_PUSH_BYTES };
const pushed = (operationId: string, summary: string) => ({
  ...{ ...OWN, operationId, summary },
  description:
    'What is known by its id is stored once, so a push may be repeated. All of it is taken or nothing; types that ' +
    'are not kept here are told. What was measured in a workout takes the path of live samples.',
  headers: IdempotencyHeaders,
});
const answers = {
  200: json('What became of it', PushOutcome),
  ...instead(...([...OWN_PROBLEMS, 'bad_request', 'key_reused', 'consent_needed'] as const)),
};

/** Phones' health stores: what companion apps push, and what a day consists of. */
export function addHealthStoreRoutes(server: ApiServer, deps: HealthStoreRoutesDeps): void {
  const { access, database } = deps;

  server.post(
    '/v1/me/health/healthkit',
    {
      ...pushes,
      schema: { ...pushed('pushHealthKit', 'Samples of Apple’s HealthKit'), body: HealthKitPush, response: answers },
    },
    async (request) => {
      const caller = await access.requireAccount(request);
      const { samples, deleted = [] } = request.body;
      const records = samples as Fields[];
      return deps.pushes.take(caller, { store: 'healthkit', records, deleted }, request.headers['idempotency-key']);
    },
  );

  server.post(
    '/v1/me/health/health-connect',
    {
      ...pushes,
      schema: {
        ...pushed('pushHealthConnect', 'Records of Android’s Health Connect'),
        ...{ body: HealthConnectPush, response: answers },
      },
    },
    async (request) => {
      const caller = await access.requireAccount(request);
      const { records: said, deleted = [] } = request.body;
      const records = said as Fields[];
      return deps.pushes.take(
        caller,
        { store: 'health_connect', records, deleted },
        request.headers['idempotency-key'],
      );
    },
  );

  server.get(
    '/v1/me/health/days/:day',
    {
      ...reads,
      schema: {
        ...OWN,
        operationId: 'readHealthDay',
        summary: 'What a day consists of: which source was taken when, and why',
        description:
          'Records of health stores and recorded workouts as one: of several sources that measured the same moment ' +
          'the best-ranked one is taken, and where it has a gap the next one.',
        params: DayParams,
        response: { 200: json('The day', HealthDay), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request) => readHealthDay(database, await access.requireAccount(request), request.params.day),
  );
}
