import type { createTestApi, TestRequest } from './api-for-tests.ts';

export type TestApi = Awaited<ReturnType<typeof createTestApi>>;

/** A request that gets one status of one route, with which token, after which change. */
export type Scenario = [
  path: string,
  status: number,
  url: string,
  token?: string | undefined,
  prepare?: ((api: TestApi) => void | Promise<void>) | undefined,
  said?: Partial<Omit<TestRequest, 'url'>>,
];
