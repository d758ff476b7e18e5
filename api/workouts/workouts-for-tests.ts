import assert from 'node:assert/strict';
import { activityId } from '../../schemas/activity.ts';
import type { WorkoutFact } from '../../schemas/facts.ts';
import { signUp } from '../accounts/accounts-for-tests.ts';
import { storedActivity } from '../activities/activity.arbitrary.ts';
import type { TestRequest } from '../api-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import type { WorkoutAnswer } from './answer.ts';

/** A morning run, entered by hand an hour and a half before the tests' now. */
export const MORNING = {
  sport: 'run',
  localStart: '2026-06-08T12:30',
  timeZone: 'Europe/Vienna',
  durationS: 1_800,
  distanceM: 6_000,
} as const;

/** Somebody with an account, and what they ask. */
export async function asOwner(api: TestApi, who?: Parameters<typeof signUp>[1]) {
  const { accessToken } = await signUp(api, who);
  const { athlete } = (await api.get('/v1/account', accessToken)).body as { athlete: string };
  const ask = (method: TestRequest['method'], path = '', payload?: object, headers?: Record<string, string>) =>
    api.ask({ method, url: `/v1/workouts${path}`, payload, headers }, accessToken);

  async function enter(more: object = {}): Promise<WorkoutAnswer> {
    const { status, body } = await ask('POST', '', { ...MORNING, ...more });
    assert.equal(status, 201, JSON.stringify(body));
    return body;
  }

  /** The ids of all pages, and every other field of what is on them. */
  async function list(query = ''): Promise<WorkoutAnswer[]> {
    const { status, body } = await ask('GET', query);
    assert.equal(status, 200, JSON.stringify(body));
    return body.workouts;
  }

  return { accessToken, athlete, ask, enter, list };
}

export const tagged = (version: number) => ({ 'if-match': `"workout-${version}"` });

/** What the stream says of an activity that ended, or was taken back. */
export function factOf(
  athlete: string,
  startMs: number,
  {
    isWithdrawn = false,
    epoch = 1,
    ...more
  }: Partial<WorkoutFact['activity']> & { isWithdrawn?: boolean; epoch?: number } = {},
): WorkoutFact {
  const activity = { ...storedActivity({ startMs }), athlete, id: activityId(athlete, startMs), ...more };
  const { id: entity, revision, endMs: eventTimeMs, versions } = activity;
  const kind = isWithdrawn ? 'workout.withdrawn' : 'workout.finished';
  return { kind, entity, revision, epoch, eventTimeMs, knownAtMs: eventTimeMs, versions, activity };
}
