import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { writeRace } from '../../../runtime/race-config.ts';
import type { ReviewFinding } from '../../../schemas/review.ts';
import { GUN_MS } from '../../../schemas/ten-kilometres-for-tests.ts';
import { createTestApi } from '../../api-for-tests.ts';
import { boardOfTwo, raceOfTwo } from '../races-for-tests.ts';

const REVIEWS = '/v1/races/ten/reviews';
const finding: ReviewFinding = {
  ...{ id: 'cut_course.1', revision: 2, kind: 'cut_course', severity: 'high', bibs: ['1'], about: '' },
  ...{ foundMs: GUN_MS + 700_000, isWithdrawn: false },
  from: { atMs: GUN_MS + 600_000, positionM: 2_400 },
  until: { atMs: GUN_MS + 690_000, positionM: 3_400 },
  numbers: { alongM: 1_000, wayM: 300, skippedM: 685 },
};

async function setUp(t: TestContext) {
  const api = await createTestApi(t);
  await writeRace(api.config, null, ...raceOfTwo);
  await api.clock.advance(0);
  return api;
}

describe('the queue of the review', () => {
  test('is told with the evidence to whoever the race belongs to', async (t) => {
    const { get, holdBoard } = await setUp(t);
    holdBoard('ten', () => boardOfTwo, {}, {}, [finding]);
    const { status, body } = await get(REVIEWS, 'club');
    assert.deepEqual([status, body], [200, { race: 'ten', leftOut: 0, findings: [finding] }]);
  });

  test('is no business of anybody else', async (t) => {
    const { get, holdBoard } = await setUp(t);
    holdBoard('ten', () => boardOfTwo, {}, {}, [finding]);
    const statuses = await Promise.all([undefined, 'rival', 'mat', 'watch-1'].map((token) => get(REVIEWS, token)));
    assert.deepEqual(
      statuses.map(({ status }) => status),
      [401, 403, 403, 403],
    );
  });

  test('is not known while nobody holds the race', async (t) => {
    const { get } = await setUp(t);
    const answer = get(REVIEWS, 'club');
    assert.equal((await answer).status, 503);
  });
});
