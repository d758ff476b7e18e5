import { always, asBen, others } from '../accounts/account-scenarios-for-tests.ts';
import { NOW_MS } from '../api-for-tests.ts';
import type { Scenario, TestApi } from '../openapi-for-tests.ts';

const [PROFILE, VALUES] = ['/v1/profile', '/v1/profile/values'];
const TODAY = `${VALUES}?sport=run`;
const [SUGGESTIONS, TAKE] = ['/v1/profile/suggestions', '/v1/profile/suggestions/{id}/acceptances'];
const NONE = `${SUGGESTIONS}/AAAAAAAAAAAAAAAAAAAAAA/acceptances`;
const [LEAVE, LEFT] = [`${SUGGESTIONS}/{id}/refusals`, NONE.replace('acceptances', 'refusals')];
const said = { sex: 'female', body: [{ from: '2026-01-01', weightKg: 61.5 }] };

const put = (status: number, payload: object, ifMatch?: string): Scenario => {
  const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch };
  return [PROFILE, status, PROFILE, undefined, asBen(() => ({ headers })), { method: 'PUT', payload }];
};

/** Answers to what is suggested to ben. */
const suggested = (answer: 'acceptances' | 'refusals', headers: Record<string, string> = {}) =>
  asBen(async (api: TestApi, { accessToken }) => {
    const { athlete } = (await api.get('/v1/account', accessToken)).body;
    const shown = { activity: '0123456789abcdef', startMs: NOW_MS, isMarked: false, value: 250 };
    api.shownEvidence.insert([{ ...shown, athlete, kind: 'power', sport: 'ride' }]);
    const [{ id }] = (await api.get(SUGGESTIONS, accessToken)).body.suggestions;
    return { url: `${SUGGESTIONS}/${id}/${answer}`, headers };
  });
/** For that version of the profile. */
const take = (version: number) => suggested('acceptances', { 'if-match': `"profile-${version}"` });

export const profileScenarios: Scenario[] = [
  [PROFILE, 200, PROFILE, undefined, asBen()],
  [PROFILE, 422, `${PROFILE}?colour=red`, undefined, asBen()],
  ...always('GET', PROFILE),
  ...others('GET', PROFILE),

  put(200, said, '"profile-0"'),
  put(412, said, '"profile-7"'),
  put(428, said),
  ...always('PUT', PROFILE, { payload: said }),
  ...others('PUT', PROFILE, { payload: said }),

  [VALUES, 200, TODAY, undefined, asBen()],
  [VALUES, 422, VALUES, undefined, asBen()],
  ...always('GET', VALUES, { url: TODAY }),
  ...others('GET', VALUES, { url: TODAY }),

  [SUGGESTIONS, 200, SUGGESTIONS, undefined, asBen()],
  [SUGGESTIONS, 422, `${SUGGESTIONS}?colour=red`, undefined, asBen()],
  ...always('GET', SUGGESTIONS),
  ...others('GET', SUGGESTIONS),

  [TAKE, 200, NONE, undefined, take(0), { method: 'POST' }],
  [TAKE, 404, NONE, undefined, asBen(), { method: 'POST', headers: { 'if-match': '"profile-0"' } }],
  [TAKE, 412, NONE, undefined, take(7), { method: 'POST' }],
  [TAKE, 422, NONE.replace('A', '.'), undefined, asBen(), { method: 'POST' }],
  [TAKE, 428, NONE, undefined, asBen(), { method: 'POST' }],
  ...always('POST', TAKE, { url: NONE }),
  ...others('POST', TAKE, { url: NONE }),

  [LEAVE, 204, LEFT, undefined, suggested('refusals'), { method: 'POST' }],
  [LEAVE, 404, LEFT, undefined, asBen(), { method: 'POST' }],
  [LEAVE, 422, LEFT.replace('A', '.'), undefined, asBen(), { method: 'POST' }],
  ...always('POST', LEAVE, { url: LEFT }),
  ...others('POST', LEAVE, { url: LEFT }),
];
