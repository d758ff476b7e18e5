import { always, asBen, NO_ID, others } from '../../accounts/account-scenarios-for-tests.ts';
import type { Prepared, Scenario, TestApi } from '../../openapi-for-tests.ts';
import { tagged } from '../workouts-for-tests.ts';
import { FIRST_MS, withTwoRuns } from './edited-for-tests.ts';
import { MAX_EDITS } from './edits.ts';

const [JOINS, SPLITS] = ['/v1/workouts/joins', '/v1/workouts/{id}/splits'];
const [EDITS, EDIT] = ['/v1/workouts/edits', '/v1/workouts/edits/{id}'];
const NO_WORKOUT = '0123456789abcdef';
const splitUrl = SPLITS.replace('{id}', NO_WORKOUT);
const editUrl = EDIT.replace('{id}', NO_ID);
const payload = { workouts: [NO_WORKOUT, '0123456789abcdee'].map((id) => ({ id, version: 1 })) };
const split = { atMs: FIRST_MS + 600_000 };
const key = { 'idempotency-key': 'k' };

type TwoRuns = Awaited<ReturnType<typeof withTwoRuns>>;
const ofRuns =
  (also: (runs: TwoRuns, api: TestApi) => Prepared | Promise<Prepared>) =>
  async (api: TestApi): Promise<Prepared> => {
    const runs = await withTwoRuns(api);
    return { token: runs.accessToken, ...(await also(runs, api)) };
  };

/** As many edits as there may be. */
async function fill({ accessToken, first }: TwoRuns, api: TestApi, kind: 'join' | 'split'): Promise<void> {
  const { id: account } = (await api.get('/v1/account', accessToken)).body;
  await api.database.kysely
    .insertInto('workout_edits')
    .values(
      Array.from({ length: MAX_EDITS }, (_, i) => {
        const at = new Date(i * 1_000);
        const own = { id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`, account, kind };
        return { ...own, from_at: at, until_at: at, workouts: [first], created_at: at, undone_at: null };
      }),
    )
    .execute();
}

const join = (status: number, prepare: Scenario[4], headers?: Record<string, string>): Scenario => [
  ...([JOINS, status, JOINS, undefined, prepare] as const),
  { method: 'POST', payload, ...(headers && { headers }) },
];
const splits = (status: number, prepare: Scenario[4]): Scenario => [
  ...([SPLITS, status, splitUrl, undefined, prepare] as const),
  { method: 'POST', payload: split },
];
const at = (first: string) => SPLITS.replace('{id}', first);

export const workoutEditScenarios: Scenario[] = [
  join(
    202,
    ofRuns(({ whole }) => ({ payload: whole })),
  ),
  join(404, asBen()),
  join(
    409,
    ofRuns(async (runs, api) => {
      await fill(runs, api, 'join');
      return { payload: runs.whole };
    }),
  ),
  join(
    412,
    ofRuns(({ whole }) => ({ payload: { workouts: whole.workouts.map(({ id }) => ({ id, version: 7 })) } })),
  ),
  join(
    422,
    ofRuns(async ({ whole, ask }) => {
      await ask('POST', '/joins', whole, key);
      return {};
    }),
    key,
  ),
  ...always('POST', JOINS, { payload }),
  ...others('POST', JOINS, { payload }),

  splits(
    202,
    ofRuns(({ first }) => ({ url: at(first), headers: tagged(1) })),
  ),
  splits(
    404,
    asBen(() => ({ headers: tagged(1) })),
  ),
  splits(
    409,
    ofRuns(async (runs, api) => {
      await fill(runs, api, 'split');
      return { url: at(runs.first), headers: tagged(1) };
    }),
  ),
  splits(
    412,
    ofRuns(({ first }) => ({ url: at(first), headers: tagged(7) })),
  ),
  splits(
    428,
    ofRuns(({ first }) => ({ url: at(first) })),
  ),
  ...always('POST', SPLITS, { url: splitUrl, payload: split }),
  ...others('POST', SPLITS, { url: splitUrl, payload: split }),

  [EDITS, 200, EDITS, undefined, ofRuns(({ ask, whole }) => ask('POST', '/joins', whole).then(() => ({})))],
  [EDITS, 422, `${EDITS}?colour=red`, undefined, asBen()],
  ...always('GET', EDITS),
  ...others('GET', EDITS),

  [
    ...([EDIT, 204, editUrl, undefined] as const),
    ofRuns(async ({ ask, whole }) => {
      const { body } = await ask('POST', '/joins', whole);
      return { url: EDIT.replace('{id}', body.edits[0].id) };
    }),
    { method: 'DELETE' },
  ],
  [EDIT, 404, editUrl, undefined, asBen(), { method: 'DELETE' }],
  [EDIT, 422, `${EDITS}/1`, undefined, asBen(), { method: 'DELETE' }],
  ...always('DELETE', EDIT, { url: editUrl }),
  ...others('DELETE', EDIT, { url: editUrl }),
];
