import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { signUp } from './accounts/accounts-for-tests.ts';
import type { TestDatabase } from './database/database-for-tests.ts';
import { withGoals } from './goals/goals-for-tests.ts';
import type { TestApi } from './openapi-for-tests.ts';

/** What an application reads again and again. */
const READS = {
  account: '/v1/account',
  profile: '/v1/profile',
  notifications: '/v1/notifications',
  'notifications not read yet': '/v1/notifications?unread=true&limit=5',
  'what somebody wants to be told of': '/v1/notifications/preferences',
  consents: '/v1/consents',
  sessions: '/v1/sessions',
  goals: '/v1/goals',
  'the history': '/v1/workouts?limit=30',
  'a later page of the history': '/v1/workouts?limit=1&sport=run&text=lake',
  'sums of the history': '/v1/workouts/totals?sport=run&text=lake',
  imports: '/v1/imports',
} as const;

/** How much reads ask of PostgreSQL. `open` gives an API over an empty database. */
export function testSimpleReads(
  database: () => Pick<TestDatabase, 'queries'>,
  open: (t: TestContext) => Promise<TestApi>,
): void {
  test('a simple read is one query, and the token is looked up no more for two seconds', async (t) => {
    const api = await open(t);
    const ben = await withGoals(api);
    await ben.set();
    await ben.set({ measure: 'activities', period: 'month', sport: null, target: 3 });
    const { id } = await ben.enter({ name: 'Round the lake' });
    await ben.enter({ name: 'Round the lake again' });
    await ben.settle();
    const reads = { ...READS, 'one workout': `/v1/workouts/${id}` };
    const asked: Record<string, number> = {};
    for (const [name, path] of Object.entries(reads)) {
      const before = database().queries();
      const { status, body } = await api.get(path, ben.accessToken);
      assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
      asked[name] = database().queries() - before;
    }
    assert.deepEqual(asked, Object.fromEntries(Object.keys(reads).map((name) => [name, 1])));
  });

  test('somebody of whom nothing was said yet costs no more, and reads what holds for everybody', async (t) => {
    const api = await open(t);
    const { accessToken } = await signUp(api);
    await api.get('/v1/account', accessToken);
    const before = database().queries();
    const { body: news } = await api.get('/v1/notifications', accessToken);
    const { body: goals } = await api.get('/v1/goals', accessToken);
    assert.deepEqual(news, { notifications: [], next: null, unread: 0 });
    assert.deepEqual(goals, { timeZone: 'UTC', goals: [] });
    assert.equal(database().queries() - before, 2);
  });
}
