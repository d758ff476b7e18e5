import { HOT_MS, NOW_MS } from '../api-for-tests.ts';
import type { Scenario, TestApi } from '../openapi-for-tests.ts';

const SAMPLES = '/v1/devices/{device}/samples';
const OWN = '/v1/devices/watch-1/samples';
const outOfReach = ({ hot }: TestApi) => hot.setReachable(false);

/** Every answer to who reads samples of a device. */
export const sampleScenarios: readonly Scenario[] = [
  [SAMPLES, 200, OWN, 'watch-1'],
  [SAMPLES, 200, `${OWN}?raw=true&kind=rr`, 'watch-1'],
  [SAMPLES, 200, `${OWN}?limit=1`, 'watch-1'],
  [SAMPLES, 200, `${OWN}?step=10s`, 'watch-1'],
  [SAMPLES, 200, `${OWN}?step=1h&limit=1&from=${NOW_MS - 2 * HOT_MS}`, 'watch-1'],
  [SAMPLES, 401, OWN, 'forged'],
  [SAMPLES, 403, '/v1/devices/watch-2/samples', 'watch-1'],
  [SAMPLES, 404, '/v1/devices/watch-3/samples', 'operator'],
  [SAMPLES, 422, `${OWN}?limit=0&colour=red`, 'watch-1'],
  [SAMPLES, 500, OWN, 'watch-1', ({ hot }) => Object.assign(hot, { rows: () => Promise.reject(new Error('oops')) })],
  [SAMPLES, 503, OWN, 'watch-1', outOfReach],
];
