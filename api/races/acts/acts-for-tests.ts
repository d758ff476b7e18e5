import { readRace, writeRace } from '../../../runtime/race-config.ts';
import { GUN_MS } from '../../../schemas/ten-kilometres-for-tests.ts';
import type { TestRequest } from '../../api-for-tests.ts';
import type { Scenario, TestApi } from '../../openapi-for-tests.ts';

const RACE = '/v1/races/{id}';

export const read = { chip: 'chip-1', checkpoint: 'half', source: 'mat', timeMs: GUN_MS + 1_200_000 };
export const dsq = { act: { type: 'verdict', bib: '1', verdict: 'dsq' }, why: 'took a bus' };

export function postAct(payload: object, key?: string): TestRequest {
  const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
  return { method: 'POST', url: '/v1/races/ten/acts', payload, headers };
}
export function postReads(...reads: object[]): TestRequest {
  return { method: 'POST', url: '/v1/races/ten/reads', payload: { reads } };
}

export async function makeDraft({ config, clock }: TestApi): Promise<void> {
  const before = (await readRace(config, 'ten'))!;
  const { version: _, starters: __, ...own } = before.setting;
  await writeRace(config, before, { ...own, state: 'draft' }, null);
  await clock.advance(0);
}

const posts: [part: string, ok: number, payload: object, bad: object][] = [
  ['reads', 200, { reads: [read] }, { reads: [] }],
  ['acts', 201, dsq, { ...dsq, why: '' }],
];

/** For each route and status: a request that gets it. */
export const actScenarios: Scenario[] = [
  ...posts.flatMap(([part, ok, payload, bad]): Scenario[] => {
    const [path, url, method] = [`${RACE}/${part}`, `/v1/races/ten/${part}`, 'POST'] as const;
    const said = { method, payload };
    const noJson = { method, payload: '{', headers: { 'content-type': 'application/json' } };
    return [
      [path, ok, url, 'club', undefined, said],
      [path, 400, url, 'club', undefined, noJson],
      [path, 401, url, undefined, undefined, said],
      [path, 403, url, 'rival', undefined, said],
      [path, 404, url.replace('ten', 'eleven'), 'club', undefined, said],
      [path, 409, url, 'club', makeDraft, said],
      [path, 422, url, 'club', undefined, { method, payload: bad }],
      [path, 503, url, 'unsure', undefined, said],
    ];
  }),
  [`${RACE}/audit`, 200, '/v1/races/ten/audit', 'club'],
  [`${RACE}/audit`, 401, '/v1/races/ten/audit'],
  [`${RACE}/audit`, 403, '/v1/races/ten/audit', 'rival'],
  [`${RACE}/audit`, 404, '/v1/races/eleven/audit', 'club'],
  [`${RACE}/audit`, 422, '/v1/races/Ten/audit', 'club'],
  [`${RACE}/audit`, 503, '/v1/races/ten/audit', 'unsure'],
];
