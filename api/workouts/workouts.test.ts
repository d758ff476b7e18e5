import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createNames } from '../../schemas/names.ts';
import { createTestApi, NOW_MS } from '../api-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import { testWorkouts } from './conformance.ts';
import { createWorkoutProjector } from './projector.ts';
import { asOwner, factOf } from './workouts-for-tests.ts';

testWorkouts((t) => createTestApi(t));

const DAY_MS = 86_400_000;
const MAX_TURNS = 2_000;

/** A projector at work, and somebody whose history it keeps up. */
async function project(t: TestContext) {
  const api = await createTestApi(t);
  const ben = await asOwner(api);
  const names = createNames();
  const projector = createWorkoutProjector({
    ...{ database: api.identity.database, facts: api.facts, names, clock: api.clock },
    log: api.api.log as never,
  });
  t.after(projector.stop);
  projector.start();
  const tell = (fact: object, subject = names.fact('workout.finished', 'x')) =>
    api.facts.publish(subject, Buffer.from(JSON.stringify(fact)), { msgId: JSON.stringify(fact), headers: {} });
  return { api, ben, tell };
}

/** Lets a second pass again and again until it holds. */
async function until(api: TestApi, what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let turns = 0; !(await holds()); turns++) {
    assert.ok(turns < MAX_TURNS, what);
    await turn();
    if (turns % 20 === 19) await api.clock.advance(1_000);
  }
}

const settled = async ({ facts }: TestApi) => {
  const position = await facts.durablePosition('workouts');
  return position !== null && position.pendingMessages + position.unackedMessages === 0;
};

test('what activities ended becomes history; what is no such fact is left out after some tries', async (t) => {
  const { api, ben, tell } = await project(t);
  await tell({ kind: 'workout.finished' });
  const facts = [1, 2, 3].map((day) => factOf(ben.athlete, NOW_MS - day * DAY_MS));
  for (const fact of facts) await tell(fact);
  await until(api, 'all facts are taken', () => settled(api));
  assert.deepEqual(
    (await ben.list()).map(({ id }) => id),
    facts.map(({ entity }) => entity),
  );
});

test('while the database is away facts wait, and nothing of them is lost', async (t) => {
  const { api, ben, tell } = await project(t);
  await until(api, 'it is at work', () => settled(api));
  api.database.setReachable(false);
  const fact = factOf(ben.athlete, NOW_MS - DAY_MS);
  await tell(fact);
  const waits = async () => api.records.some(({ msg }) => String(msg).includes('histories wait'));
  await until(api, 'it says that it waits', waits);
  assert.equal(await settled(api), false);
  api.database.setReachable(true);
  await until(api, 'the fact is taken', () => settled(api));
  assert.equal((await ben.list()).length, 1);
});
