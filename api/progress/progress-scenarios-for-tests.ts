import type { Scenario, TestApi } from '../openapi-for-tests.ts';

const breakProgress = ({ counted }: TestApi) => {
  const fail = () => Promise.reject(new Error('oops'));
  Object.assign(counted, { spans: fail, spansBeside: fail, weeks: fail, months: fail, days: fail, steps: fail });
};

/** Every answer to who compares themselves with before. */
export const progressScenarios: readonly Scenario[] = [
  ...['comparisons', 'weeks', 'form', 'streaks', 'years', 'records'].flatMap((block): Scenario[] => {
    const path = `/v1/progress/${block}`;
    return [
      [path, 200, path, 'watch-1'],
      [path, 401, path],
      [path, 403, `${path}?athlete=ann`, 'ben-1'],
      [path, 422, `${path}?timeZone=Mars/Olympus`, 'watch-1'],
      [path, 500, path, 'watch-1', breakProgress],
      [path, 503, path, 'watch-1', ({ counted }) => counted.setReachable(false)],
    ];
  }),
  ['/v1/progress/years', 200, '/v1/progress/years?athlete=ben', 'operator'],
  ['/v1/progress/form', 200, '/v1/progress/form', 'ben-1'],
];
