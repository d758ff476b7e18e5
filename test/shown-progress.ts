import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { createTestApi, NOW_MS } from '../api/api-for-tests.ts';
import { readPageFiles } from '../api/page/page-files.ts';
import { countedActivity, countedEffort } from '../api/progress/counted.arbitrary.ts';
import type { CountedActivity } from '../api/progress/memory-reader.ts';
import { createRandom } from '../runtime/memory-random.ts';
import type { Sport } from '../schemas/events.ts';
import { buildPage } from '../web/build/build-page.ts';

const DAY_MS = 86_400_000;
const DAYS = 900;

/**
 * The page of progress over the API with a twin in place of ClickHouse: two and a half years of an athlete who runs
 * more and faster from year to year, rides in summer, and rests in between. It is noon on Monday, 8 June 2026, in UTC.
 */
export async function showProgress(t: Pick<TestContext, 'after'>, { hasHistory = true } = {}) {
  const { dir: pageDir } = await buildPage();
  const page = { files: await readPageFiles(pageDir, ''), mapStyleUrl: '' };
  const { api, counted } = await createTestApi(t, { page });
  if (hasHistory) counted.insert(trainedFor(DAYS));
  await api.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/progress`;
  return { url, link: `${url}#token=watch-1`, counted };
}

function trainedFor(days: number): CountedActivity[] {
  const random = createRandom(11);
  const all: CountedActivity[] = [];
  for (let ago = days; ago > 0; ago--) {
    const startMs = NOW_MS - ago * DAY_MS - 3 * 3_600_000;
    const weekday = new Date(startMs).getUTCDay();
    const grown = 1 + (0.8 * (days - ago)) / days;
    const isRest = weekday === 1 || weekday === 5 || random() < 0.15;
    if (isRest && ago > 3) continue;
    const isSummer = [4, 5, 6, 7, 8].includes(new Date(startMs).getUTCMonth());
    all.push(weekday === 6 && isSummer ? ride(startMs, random) : run(startMs, grown, random));
  }
  return all;
}

function run(startMs: number, grown: number, random: () => number): CountedActivity {
  const distanceM = Math.round((5_000 + 4_000 * random()) * grown);
  const paceS = 340 - 40 * grown + 25 * random();
  const movingS = Math.round((distanceM / 1_000) * paceS);
  const best = (name: string, km: number) => countedEffort({ startMs, name, value: Math.round(km * paceS * 0.96) });
  const efforts = [best('1 km', 1), best('5 km', 5), ...(distanceM > 10_000 ? [best('10 km', 10)] : [])];
  return did('run', startMs, { distanceM, movingS, elevationGainM: Math.round(90 * random()), efforts });
}

function ride(startMs: number, random: () => number): CountedActivity {
  const movingS = Math.round(5_400 + 5_400 * random());
  const efforts = [
    countedEffort({ startMs, kind: 'power', name: '300 s', value: Math.round(240 + 60 * random()) }),
    countedEffort({ startMs, kind: 'longest', name: 'climb', value: Math.round(500 + 700 * random()) }),
  ];
  return did('ride', startMs, { distanceM: movingS * 8, movingS, elevationGainM: 700, efforts });
}

function did(sport: Sport, startMs: number, given: Partial<CountedActivity>): CountedActivity {
  return countedActivity({ sport, startMs, trainingLoad: Math.round((given.movingS ?? 0) / 60), ...given });
}
