import assert from 'node:assert/strict';
import type { TestRequest } from '../api-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import { asOwner } from '../workouts/workouts-for-tests.ts';

/** Two morning runs of the tests. */
export const WEEKLY = { measure: 'distanceM', period: 'week', sport: 'run', target: 12_000 } as const;

/** Somebody with an account, their goals, and what they are told of them. */
export async function withGoals(api: TestApi, who?: Parameters<typeof asOwner>[1]) {
  const owner = await asOwner(api, who);
  const ask = (method: TestRequest['method'], path = '', payload?: object, headers?: Record<string, string>) =>
    api.ask({ method, url: `/v1/goals${path}`, payload, headers }, owner.accessToken);

  async function set(more: object = {}) {
    const { status, body } = await ask('POST', '', { ...WEEKLY, ...more });
    assert.equal(status, 201, JSON.stringify(body));
    return body;
  }

  /** Everything that waits is done: sums know of workouts, and then goals are looked at. */
  async function settle(): Promise<void> {
    await api.identity.outbox.runDue();
    await api.reaching.outbox.runDue();
  }

  /** Of goals, the oldest first: what each says, and whether it was taken back. */
  async function told(): Promise<[title: string, isHeld: boolean][]> {
    const { notifications } = (await api.get('/v1/notifications', owner.accessToken)).body;
    return notifications
      .filter(({ kind }: { kind: string }) => kind === 'goal')
      .map(({ title, withdrawnMs }: { title: string; withdrawnMs: number | null }) => [title, withdrawnMs === null])
      .reverse();
  }

  return { ...owner, askGoals: ask, set, settle, told };
}
