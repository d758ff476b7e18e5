import { hcRecord, hkSample } from '../../files/health/health-for-tests.ts';
import { always, asBen, others } from '../accounts/account-scenarios-for-tests.ts';
import type { Scenario } from '../openapi-for-tests.ts';

const [HEALTHKIT, HEALTH_CONNECT] = ['healthkit', 'health-connect'].map((store) => `/v1/me/health/${store}`);
const DAY = '/v1/me/health/days/{day}';
const day = '/v1/me/health/days/2026-05-30';
const when = { startDate: '2026-05-30T07:00:00Z', endDate: '2026-05-30T07:10:00Z' };
const span = { startTime: when.startDate, endTime: when.endDate };
const samples = { samples: [hkSample('StepCount', 20, 'count', when)] };
const records = { records: [hcRecord('StepsRecord', { count: 20, ...span })] };

const ofPush = (path: string, payload: object, broken: object): Scenario[] => [
  [path, 200, path, undefined, asBen(), { method: 'POST', payload }],
  [path, 422, path, undefined, asBen(), { method: 'POST', payload: broken }],
  ...always('POST', path, { payload }),
  ...others('POST', path, { payload }),
];

export const healthScenarios: Scenario[] = [
  ...ofPush(HEALTHKIT, samples, { samples: [hkSample('StepCount', -1, 'count', when)] }),
  ...ofPush(HEALTH_CONNECT, records, { records: [hcRecord('StepsRecord', { count: 'x' })] }),
  [DAY, 200, day, undefined, asBen()],
  [DAY, 422, '/v1/me/health/days/2026-02-30', undefined, asBen()],
  ...always('GET', DAY, { url: day }),
  ...others('GET', DAY, { url: day }),
];
