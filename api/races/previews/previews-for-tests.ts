import type { PreviewQuestion, PreviewState, RacePreview } from '../../../schemas/race-preview.ts';
import { GUN_MS } from '../../../schemas/ten-kilometres-for-tests.ts';
import type { TestRequest } from '../../api-for-tests.ts';
import type { Scenario, TestApi } from '../../openapi-for-tests.ts';
import { makeDraft } from '../acts/acts-for-tests.ts';
import { boardOfTwo, raceOfTwo } from '../races-for-tests.ts';

const [{ name, sport, closesMs, categories, waves, checkpoints }] = raceOfTwo;

/** The race of two with its gun a minute later, as its organiser states it. */
export const laterGun = {
  ...{ name, sport, closesMs, categories },
  checkpoints: checkpoints.map(({ id, name: called, positionM, isStart, isFinish }) => {
    return { id, name: called, positionM, isStart, isFinish };
  }),
  waves: waves.map((wave) => ({ ...wave, gunTimeMs: wave.gunTimeMs + 60_000 })),
};

export function postPreview(more: Partial<Omit<TestRequest, 'url'>> = {}, id = 'ten'): TestRequest {
  const { headers = { 'if-match': '"ten-1"' }, payload = laterGun } = more;
  return { method: 'POST', url: `/v1/races/${id}/previews`, payload, headers };
}

const running = { status: 'running', rank: 1, categoryRank: 1, gunMs: 300_000, chipMs: 298_000 } as const;

export const previewOfLaterGun: RacePreview = {
  ...{ race: 'ten', version: 1, atMs: GUN_MS + 300_500, leftOut: 0 },
  summary: {
    ...{ athletes: 2, changed: 1, ranksChanged: 0, statusesChanged: 0 },
    ...{ crossingsGained: 0, crossingsLost: 0, crossingsMoved: 1, unread: 0 },
  },
  athletes: [
    {
      ...{ bib: '1', before: running, after: { ...running, gunMs: 240_000, chipMs: 240_000 } },
      crossings: [{ checkpoint: 'start', pass: 1, beforeMs: GUN_MS + 2_000, afterMs: GUN_MS + 60_000 }],
    },
  ],
};

/** Holds the board of the race; it answers a preview so. */
export function holdPreview(api: TestApi, answer: (question: PreviewQuestion) => PreviewState): void {
  api.holdBoard('ten', () => boardOfTwo, {}, {}, [], answer);
}

const done = (api: TestApi) => holdPreview(api, () => ({ state: 'done', preview: previewOfLaterGun }));
const runs = (api: TestApi) => holdPreview(api, () => ({ state: 'running', done: 1, of: 2 }));
const fails = (api: TestApi) => holdPreview(api, () => ({ state: 'failed', why: 'failed' }));

/** For each status: a request that gets it. */
export const previewScenarios: Scenario[] = (
  [
    [200, 'club', done, {}],
    [202, 'club', runs, { headers: { 'if-match': '"ten-1"', prefer: 'wait=0' } }],
    [400, 'club', done, { payload: '{', headers: { 'content-type': 'application/json' } }],
    [401, undefined, done, {}],
    [403, 'rival', done, {}],
    [409, 'club', makeDraft, {}],
    [412, 'club', done, { headers: { 'if-match': '"ten-7"' } }],
    [422, 'club', done, { payload: { ...laterGun, waves: [] } }],
    [428, 'club', done, { headers: {} }],
    [500, 'club', fails, {}],
    [503, 'club', undefined, { headers: { 'if-match': '"ten-1"', prefer: 'wait=0' } }],
  ] as const
).map(([status, token, prepare, said]): Scenario => {
  const { url, ...rest } = postPreview(said);
  return ['/v1/races/{id}/previews', status, url, token, prepare, rest];
});
previewScenarios.push([
  '/v1/races/{id}/previews',
  404,
  '/v1/races/eleven/previews',
  'club',
  undefined,
  { method: 'POST', payload: laterGun, headers: { 'if-match': '"eleven-1"' } },
]);
