import { always } from '../accounts/account-scenarios-for-tests.ts';
import type { Scenario } from '../openapi-for-tests.ts';

const noStore: Scenario[4] = ({ product }) => product.setReachable(false);

export const productScenarios: Scenario[] = ['funnel', 'retention', 'active-days'].flatMap((block): Scenario[] => {
  const path = `/v1/product/${block}`;
  return [
    [path, 200, path, 'operator'],
    [path, 401, path],
    [path, 403, path, 'watch-1'],
    [path, 422, `${path}?colour=red`, 'operator'],
    [path, 503, path, 'operator', noStore],
    ...always('GET', path),
  ];
});
