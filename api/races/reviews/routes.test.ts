import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { writeRace } from '../../../runtime/race-config.ts';
import { GUN_MS } from '../../../schemas/ten-kilometres-for-tests.ts';
import { createTestApi } from '../../api-for-tests.ts';
import { boardOfTwo, cutOfFirst as finding, raceOfTwo } from '../races-for-tests.ts';

const REVIEWS = '/v1/races/ten/reviews';

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

  test('says who decided what, and whether the evidence has changed since', async (t) => {
    const { get, holdBoard } = await setUp(t);
    const decided = { decision: 'dismissed', by: 'organiser club', saidMs: GUN_MS + 800_000, why: 'a bend' } as const;
    const decidedIn = (revision: number) => ({ ...finding, decision: { ...decided, revision } });
    holdBoard('ten', () => boardOfTwo, {}, {}, [decidedIn(1), { ...decidedIn(2), id: 'cut_course.2', bibs: ['2'] }]);
    const { findings } = (await get(REVIEWS, 'club')).body;
    assert.deepEqual(
      findings.map(({ decision }: { decision: object }) => decision),
      [
        { ...decided, revision: 1, isOutdated: true },
        { ...decided, revision: 2, isOutdated: false },
      ],
    );
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
