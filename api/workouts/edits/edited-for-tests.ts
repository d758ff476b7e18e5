import { NOW_MS } from '../../api-for-tests.ts';
import type { TestApi } from '../../openapi-for-tests.ts';
import { applyWorkoutFact } from '../project-activities.ts';
import { asOwner, factOf } from '../workouts-for-tests.ts';

const MINUTE_MS = 60_000;
/** Two hours before the tests' now. */
export const FIRST_MS = NOW_MS - 120 * MINUTE_MS;

/** Ben, who ran twice: half an hour, a rest of ten minutes, and twenty more. */
export async function withTwoRuns(api: TestApi, more: { sport?: 'run' | 'ride'; restMinutes?: number } = {}) {
  const ben = await asOwner(api);
  const { sport = 'run', restMinutes = 10 } = more;
  const spans = [
    { startMs: FIRST_MS, endMs: FIRST_MS + 30 * MINUTE_MS },
    { startMs: FIRST_MS + (30 + restMinutes) * MINUTE_MS, endMs: FIRST_MS + (50 + restMinutes) * MINUTE_MS },
  ] as const;
  const facts = spans.map(({ startMs, endMs }, i) =>
    factOf(ben.athlete, startMs, { endMs, sport: i === 0 ? 'run' : sport, revision: 40 }),
  );
  for (const fact of facts) await applyWorkoutFact(api.database.kysely, fact, NOW_MS);
  const [first, second] = facts.map(({ entity }) => entity);
  const whole = { workouts: [first, second].map((id) => ({ id, version: 1 })) };
  return { ...ben, first, second, spans, whole };
}
