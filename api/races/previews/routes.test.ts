import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { writeRace } from '../../../runtime/race-config.ts';
import type { PreviewQuestion, PreviewState } from '../../../schemas/race-preview.ts';
import { createTestApi } from '../../api-for-tests.ts';
import { raceOfTwo } from '../races-for-tests.ts';
import { holdPreview, laterGun, postPreview, previewOfLaterGun } from './previews-for-tests.ts';

async function setUp(t: TestContext, answers: readonly PreviewState[]) {
  const api = await createTestApi(t);
  await writeRace(api.config, null, ...raceOfTwo);
  await api.clock.advance(0);
  const asked: PreviewQuestion[] = [];
  holdPreview(api, (question) => {
    asked.push(question);
    return answers[Math.min(asked.length, answers.length) - 1];
  });
  return {
    ...api,
    asked,
    /** Time passes until the answer is there. */
    async preview(more: Parameters<typeof postPreview>[0] = {}, token = 'club') {
      const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof api.ask>>>();
      let isThere = false;
      void api.ask(postPreview(more), token).then((answer) => {
        isThere = true;
        resolve(answer);
      });
      for (let n = 0; n < 300 && !isThere; n++) await api.clock.advance(100);
      const { status, body } = await promise;
      return { status, body };
    },
  };
}

const running = { state: 'running', done: 1, of: 2 } as const;
const done = { state: 'done', preview: previewOfLaterGun } as const;

describe('a preview', () => {
  test('asks the holder of the board what the change would do, and answers when it knows', async (t) => {
    const { preview, asked } = await setUp(t, [running, running, done]);
    assert.deepEqual(await preview(), { status: 200, body: previewOfLaterGun });
    assert.equal(asked.length, 3);
    const { name, sport, closesMs, categories, waves } = laterGun;
    const [{ checkpoints }] = raceOfTwo;
    assert.deepEqual(asked[0], {
      ...{ ask: 'preview', version: 1 },
      changed: { name, sport, closesMs, checkpoints, waves, categories },
    });
  });

  test('that takes long says how far it is, after as long as the caller wants to wait', async (t) => {
    const { preview, clock } = await setUp(t, [running]);
    const fromMs = clock.nowMs();
    assert.deepEqual(await preview(), { status: 202, body: { done: 1, of: 2 } });
    assert.equal(clock.nowMs() - fromMs >= 10_000, true);
    const headers = { 'if-match': '"ten-1"', prefer: 'wait=3' };
    const againMs = clock.nowMs();
    assert.equal((await preview({ headers })).status, 202);
    assert.equal(clock.nowMs() - againMs < 5_000, true);
    assert.equal((await preview({ headers: { ...headers, prefer: 'later' } })).status, 422);
  });

  test('waits for a holder that has not heard of the version yet, and not for one that knows a later', async (t) => {
    const early = await setUp(t, [{ state: 'other_version', version: 0 }, done]);
    assert.equal((await early.preview()).status, 200);
    const never = await setUp(t, [{ state: 'other_version', version: 0 }]);
    assert.equal((await never.preview()).body.type, 'urn:slipstream:problem:board_unavailable');
    const late = await setUp(t, [{ state: 'other_version', version: 2 }]);
    assert.equal((await late.preview()).body.type, 'urn:slipstream:problem:race_changed');
  });

  test('asks again while the board has no holder, and says so after five seconds', async (t) => {
    const api = await createTestApi(t);
    await writeRace(api.config, null, ...raceOfTwo);
    await api.clock.advance(0);
    const asking = async (afterMs: number) => {
      const fromMs = api.clock.nowMs();
      let answer: Awaited<ReturnType<typeof api.ask>> | null = null;
      void api.ask(postPreview(), 'club').then((one) => {
        answer = one;
      });
      for (let n = 0; n < 300 && answer === null; n++) {
        await api.clock.advance(100);
        if (api.clock.nowMs() - fromMs === afterMs) holdPreview(api, () => done);
      }
      return { ...answer!, passedMs: api.clock.nowMs() - fromMs };
    };
    const never = await asking(-1);
    assert.deepEqual([never.status, never.body.type], [503, 'urn:slipstream:problem:board_unavailable']);
    assert.ok(never.passedMs >= 5_000 && never.passedMs < 10_000);
    const { status, body } = await asking(3_000);
    assert.deepEqual([status, body], [200, previewOfLaterGun]);
  });

  test('that cannot be made says why', async (t) => {
    const answers: [PreviewState, string][] = [
      [{ state: 'busy' }, 'previews_busy'],
      [{ state: 'failed', why: 'store_unavailable' }, 'store_unavailable'],
      [{ state: 'failed', why: 'took_too_long' }, 'previews_busy'],
      [{ state: 'failed', why: 'race_changed' }, 'race_changed'],
    ];
    for (const [answer, problem] of answers) {
      const { preview } = await setUp(t, [answer]);
      assert.equal((await preview()).body.type, `urn:slipstream:problem:${problem}`);
    }
  });

  test('is refused for what the change itself would be refused for', async (t) => {
    const { preview, asked } = await setUp(t, [done]);
    const other = { ...laterGun, waves: laterGun.waves.map((wave) => ({ ...wave, id: `${wave.id}x` })) };
    const { status, body } = await preview({ payload: other });
    assert.deepEqual([status, body.errors[0].parameter], [422, 'starters/0/wave']);
    assert.equal(asked.length, 0);
  });
});
