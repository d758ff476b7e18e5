import type { createTestApi, TestRequest } from './api-for-tests.ts';

export type TestApi = Awaited<ReturnType<typeof createTestApi>>;

/** What of a request is known only once the API is prepared. */
export type Prepared = Partial<TestRequest> & { readonly token?: string };

/** A request that gets one status of one route, with which token, after which change. */
export type Scenario = [
  path: string,
  status: number,
  url: string,
  token?: string | undefined,
  prepare?: ((api: TestApi) => unknown) | undefined,
  said?: Partial<Omit<TestRequest, 'url'>>,
];
