import { readRace, writeRace } from '../../../runtime/race-config.ts';
import { GUN_MS } from '../../../schemas/ten-kilometres-for-tests.ts';
import type { TestRequest } from '../../api-for-tests.ts';
import type { Scenario, TestApi } from '../../openapi-for-tests.ts';

/** North from 46° N along the meridian of 14.5°, a point each 111 m, rising a metre each; and back if asked. */
export function gpxOf(points: number, { isBack = false } = {}): string {
  const out = Array.from({ length: points }, (_, i) => i);
  const way = isBack ? [...out, ...out.slice(0, -1).reverse()] : out;
  const text = way.map((i) => `<trkpt lat="${(46 + i / 1_000).toFixed(7)}" lon="14.5"><ele>${300 + i}</ele></trkpt>`);
  return `<?xml version="1.0"?><gpx version="1.1" creator="test"><trk><trkseg>${text.join('')}</trkseg></trk></gpx>`;
}

export const newRace = { id: 'hill', name: 'Hill race', sport: 'run' };

export const statedRace = {
  ...{ name: 'Hill race', sport: 'run', closesMs: GUN_MS + 7_200_000 },
  checkpoints: [
    { id: 'start', name: 'Start', isStart: true },
    { id: 'spring', name: 'Spring', place: { latitudeE7: 460_050_000, longitudeE7: 145_002_000 } },
    { id: 'finish', name: 'Finish', isFinish: true },
  ],
  waves: [{ id: 'all', name: 'All', gunTimeMs: GUN_MS, categories: [] }],
  categories: [{ id: 'open', name: 'Open', sex: null, minAge: null, maxAge: null }],
};

export const STARTERS_CSV = [
  'bib,name,sex,birth_year,club,country,device,chip',
  '1,"Novak, Ana",f,1990,AK Hill,SVN,watch-1,c1',
  '2,Ben Kos,m,,,,,c2',
].join('\n');

const gpx = { 'content-type': 'application/gpx+xml' };
const csv = { 'content-type': 'text/csv' };

export const createHill: TestRequest = { method: 'POST', url: '/v1/races', payload: newRace };
export const putHill = (version: number, payload: object = statedRace): TestRequest => {
  return { method: 'PUT', url: '/v1/races/hill', payload, headers: { 'if-match': `"hill-${version}"` } };
};
export const putCourse = (version: number, text = gpxOf(11), query = ''): TestRequest => ({
  ...{ method: 'PUT', url: `/v1/races/hill/course${query}`, payload: text },
  headers: { 'if-match': `"hill-${version}"`, ...gpx },
});
export const putStarters = (version: number, text = STARTERS_CSV): TestRequest => ({
  ...{ method: 'PUT', url: '/v1/races/hill/starters', payload: text },
  headers: { 'if-match': `"hill-${version}"`, ...csv },
});

/** As an act leaves it. */
async function freezeTen({ config }: TestApi): Promise<void> {
  const before = (await readRace(config, 'ten'))!;
  const { version: _, starters: __, ...own } = before.setting;
  await writeRace(config, before, { ...own, state: 'frozen' }, null);
}

const RACES = '/v1/races';
const RACE = `${RACES}/{id}`;
const ifMatch = { 'if-match': '"ten-1"' };
/** The race that the scenarios find, as it is stated. */
const [wave] = statedRace.waves;
const ten = { ...statedRace, waves: [wave, wave].map((one, i) => ({ ...one, id: 'ab'[i] })), checkpoints: [] };

const changes: [path: string, url: string, said: { headers: Record<string, string>; payload: object | string }][] = [
  [RACE, '/v1/races/ten', { headers: {}, payload: ten }],
  [`${RACE}/course`, '/v1/races/ten/course', { headers: gpx, payload: gpxOf(100) }],
  [
    `${RACE}/starters`,
    '/v1/races/ten/starters',
    { headers: csv, payload: 'bib,name,sex,wave,category\n1,Ann,f,a,open' },
  ],
];

/** For each route and status: a request that gets it. */
export const setupScenarios: Scenario[] = [
  ['/v1/organiser/races', 200, '/v1/organiser/races', 'club'],
  ['/v1/organiser/races', 401, '/v1/organiser/races'],
  ['/v1/organiser/races', 403, '/v1/organiser/races', 'mat'],
  ['/v1/organiser/races', 503, '/v1/organiser/races', 'unsure'],
  [RACES, 201, RACES, 'club', undefined, { method: 'POST', payload: newRace }],
  [
    RACES,
    400,
    RACES,
    'club',
    undefined,
    { method: 'POST', payload: '{', headers: { 'content-type': 'application/json' } },
  ],
  [RACES, 401, RACES, undefined, undefined, { method: 'POST', payload: newRace }],
  [RACES, 403, RACES, 'watch-1', undefined, { method: 'POST', payload: newRace }],
  [RACES, 409, RACES, 'club', undefined, { method: 'POST', payload: { ...newRace, id: 'ten' } }],
  [RACES, 422, RACES, 'operator', undefined, { method: 'POST', payload: newRace }],
  [RACES, 503, RACES, 'unsure', undefined, { method: 'POST', payload: newRace }],
  ...['/setup', '/setup/starters'].flatMap((part): Scenario[] => [
    [RACE + part, 200, `/v1/races/ten${part}`, 'club'],
    [RACE + part, 401, `/v1/races/ten${part}`],
    [RACE + part, 403, `/v1/races/ten${part}`, 'rival'],
    [RACE + part, 404, `/v1/races/eleven${part}`, 'club'],
    [RACE + part, 422, `/v1/races/Ten${part}`, 'club'],
    [RACE + part, 503, `/v1/races/ten${part}`, 'unsure'],
  ]),
  ...changes.flatMap(([path, url, { headers, payload }]): Scenario[] => {
    const said = { method: 'PUT', payload, headers: { ...ifMatch, ...headers } } as const;
    const type = { 'content-type': 'image/png' };
    return [
      [path, 200, url, 'club', undefined, said],
      [path, 400, url, 'club', undefined, { ...said, payload: 'x', headers: { ...ifMatch, ...type } }],
      [path, 401, url, undefined, undefined, said],
      [path, 403, url, 'rival', undefined, said],
      [path, 404, url.replace('ten', 'eleven'), 'club', undefined, said],
      [path, 409, url, 'club', freezeTen, said],
      [path, 412, url, 'club', undefined, { ...said, headers: { ...headers, 'if-match': '"ten-7"' } }],
      [path, 422, url.replace('ten', 'Ten'), 'club', undefined, said],
      [path, 428, url, 'club', undefined, { ...said, headers }],
      [path, 503, url, 'unsure', undefined, said],
    ];
  }),
];
