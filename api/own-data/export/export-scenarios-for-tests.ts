import { always, asBen, others } from '../../accounts/account-scenarios-for-tests.ts';
import { BEN, PASSWORD } from '../../accounts/accounts-for-tests.ts';
import type { Scenario, TestApi } from '../../openapi-for-tests.ts';
import { askExport, EXPORTS } from './export-for-tests.ts';

const [ONE, FILE] = [`${EXPORTS}/{id}`, `${EXPORTS}/{id}/file`];
const UNKNOWN = `${EXPORTS}/0123456789abcdef`;
const payload = { password: PASSWORD };

async function guess(api: TestApi): Promise<void> {
  const said = { email: BEN.email, password: 'a guess at something', as: 'token' };
  for (let i = 0; i < 5; i++) await api.ask({ method: 'POST', url: '/v1/sessions', payload: said });
}

/** Of ben, who has asked for an export, which is written or not. */
const asked = (isWritten: boolean, part = '') =>
  asBen(async (api, { accessToken }) => {
    const { id } = (await askExport(api, accessToken)).body;
    if (isWritten) await api.jobs.runAll();
    return { url: `${EXPORTS}/${id}${part}` };
  });

export const exportScenarios: Scenario[] = [
  [EXPORTS, 202, EXPORTS, undefined, asBen(), { method: 'POST', payload }],
  [EXPORTS, 401, EXPORTS, undefined, asBen(), { method: 'POST', payload: { password: 'not the one' } }],
  [
    ...([EXPORTS, 409, EXPORTS, undefined] as const),
    asBen(async (api, { accessToken }) => {
      await askExport(api, accessToken);
      return {};
    }),
    { method: 'POST', payload },
  ],
  [EXPORTS, 429, EXPORTS, undefined, asBen((api) => guess(api).then(() => ({}))), { method: 'POST', payload }],
  ...always('POST', EXPORTS, { payload }),
  ...others('POST', EXPORTS, { payload }),

  [EXPORTS, 200, EXPORTS, undefined, asBen()],
  [EXPORTS, 422, `${EXPORTS}?colour=red`, undefined, asBen()],
  ...always('GET', EXPORTS),
  ...others('GET', EXPORTS),

  [ONE, 200, ONE, undefined, asked(false)],
  [ONE, 404, UNKNOWN, undefined, asBen()],
  [ONE, 422, `${EXPORTS}/1`, undefined, asBen()],
  ...always('GET', ONE, { url: UNKNOWN }),
  ...others('GET', ONE, { url: UNKNOWN }),

  [FILE, 200, FILE, undefined, asked(true, '/file')],
  [FILE, 404, `${UNKNOWN}/file`, undefined, asBen()],
  [FILE, 409, FILE, undefined, asked(false, '/file')],
  [FILE, 422, `${EXPORTS}/1/file`, undefined, asBen()],
  ...always('GET', FILE, { url: `${UNKNOWN}/file` }),
  ...others('GET', FILE, { url: `${UNKNOWN}/file` }),
];
