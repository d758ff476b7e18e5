import type { Scenario, TestApi } from '../openapi-for-tests.ts';
import { boardOfTwo, wayOfFirst } from './races-for-tests.ts';

const RACES = '/v1/races';
const racesUnknown = ({ races }: TestApi) => void Object.defineProperty(races, 'isReady', { value: false });
const board = ({ holdBoard }: TestApi) =>
  void holdBoard('ten', () => boardOfTwo, { 1: { 1: 0, 2: 75_000 } }, { 1: wayOfFirst });

/** Every answer to who reads races, their boards and results; what changes them is in the folders beside. */
export const raceScenarios: readonly Scenario[] = [
  [RACES, 200, RACES],
  [RACES, 503, RACES, undefined, racesUnknown],
  ...['', '/starters', '/board', '/gaps'].flatMap((part): Scenario[] => {
    const query = part === '/gaps' ? '?to=1' : '';
    return [
      [`${RACES}/{id}${part}`, 200, `/v1/races/ten${part}${query}`, undefined, board],
      [`${RACES}/{id}${part}`, 404, `/v1/races/eleven${part}${query}`],
      [`${RACES}/{id}${part}`, 422, `/v1/races/Ten${part}${query}`],
      [`${RACES}/{id}${part}`, 503, `/v1/races/eleven${part}${query}`, undefined, racesUnknown],
    ];
  }),
  ...(
    [
      [200, '/v1/races/ten/athletes/1', board],
      [404, '/v1/races/ten/athletes/9', board],
      [422, '/v1/races/ten/athletes/a_b', board],
      [503, '/v1/races/ten/athletes/1', undefined],
    ] as const
  ).map(([status, url, prepare]): Scenario => [`${RACES}/{id}/athletes/{bib}`, status, url, undefined, prepare]),
  [`${RACES}/{id}/results`, 200, '/v1/races/ten/results', undefined, board],
  [`${RACES}/{id}/results`, 200, '/v1/races/ten/results?format=csv', undefined, board],
  [`${RACES}/{id}/results`, 404, '/v1/races/eleven/results'],
  [`${RACES}/{id}/results`, 422, '/v1/races/ten/results?format=xlsx'],
  [`${RACES}/{id}/results`, 503, '/v1/races/ten/results'],
  [`${RACES}/{id}/board`, 503, '/v1/races/ten/board'],
  [`${RACES}/{id}/reviews`, 200, '/v1/races/ten/reviews', 'club', board],
  [`${RACES}/{id}/reviews`, 401, '/v1/races/ten/reviews'],
  [`${RACES}/{id}/reviews`, 403, '/v1/races/ten/reviews', 'rival'],
  [`${RACES}/{id}/reviews`, 404, '/v1/races/eleven/reviews', 'club'],
  [`${RACES}/{id}/reviews`, 422, '/v1/races/Ten/reviews', 'club'],
  [`${RACES}/{id}/reviews`, 503, '/v1/races/ten/reviews', 'club'],
  [`${RACES}/{id}/gaps`, 404, '/v1/races/ten/gaps?to=9', undefined, board],
  [`${RACES}/{id}/gaps`, 503, '/v1/races/ten/gaps?to=1'],
];
