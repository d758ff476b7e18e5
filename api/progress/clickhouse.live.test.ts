import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { closedAfterAll } from '../../runtime/closings-for-tests.ts';
import { createTestApi, NOW_MS } from '../api-for-tests.ts';
import { startTestClickHouse, type TestClickHouse } from '../samples/stores-for-tests.ts';
import { createClickHouseQueries } from '../stores/clickhouse-client.ts';
import { dayAt, isTimeZone } from './calendar.ts';
import { createClickHouseProgressReader } from './clickhouse.ts';
import { createClickHouseStatedWorkouts, statedRow } from './clickhouse-stated.ts';
import { progressReaderConformance } from './conformance.ts';
import { countedActivity, countedEffort, statedWorkout } from './counted.arbitrary.ts';
import type { CountedActivity } from './memory-reader.ts';
import type { ProgressReader } from './reader.ts';
import type { StatedWorkout } from './stated.ts';

let clickhouse: TestClickHouse;
let reader: ProgressReader;
const shared = closedAfterAll();

before(async () => {
  clickhouse = await startTestClickHouse(shared.after);
  const client = createClickHouseQueries({ url: clickhouse.url, timeoutMs: 20_000, maxConnections: 4 });
  shared.after(() => client.close());
  reader = createClickHouseProgressReader(client);
});

/** As the processors write them, efforts first; what progress does not read is left out. */
async function insert(activities: readonly CountedActivity[]): Promise<void> {
  const efforts = activities.flatMap(({ athlete, id, revision, efforts }) =>
    efforts.map(({ startMs, endMs, ...rest }) => {
      return { athlete, activity: id, revision, ...rest, start: startMs, end: endMs };
    }),
  );
  await clickhouse.insertRows('efforts', efforts);
  await clickhouse.insertRows(
    'activities',
    activities.map(({ athlete, id, revision, epoch, status, sport, startMs, ...numbers }) => ({
      ...{ athlete, id, revision, epoch, status, sport, start: startMs },
      ...{ distance_m: numbers.distanceM, moving_s: numbers.movingS, elevation_gain_m: numbers.elevationGainM },
      training_load: numbers.trainingLoad,
    })),
  );
}

const state = (workouts: readonly StatedWorkout[]) => clickhouse.insertRows('stated_workouts', workouts.map(statedRow));

progressReaderConformance('ClickHouse', async () => ({ reader, insert, state }), 25);

test('what the API writes of a workout counts', async () => {
  const athlete = 'writer';
  const client = createClickHouseQueries({ url: clickhouse.url, timeoutMs: 20_000, maxConnections: 1 });
  shared.after(() => client.close());
  const workout = statedWorkout({ athlete, startMs: NOW_MS, distanceM: 5_000.5 });
  await createClickHouseStatedWorkouts(client).write(workout);
  await createClickHouseStatedWorkouts(client).write(workout);
  const [week] = await reader.weeks(athlete, null, 'UTC');
  const sums = { activities: 1, distanceM: 5_000.5, movingS: 1_800, elevationGainM: null, trainingLoad: null };
  assert.deepEqual(week, { monday: '2026-06-08', sport: 'run', ...sums });
});

test('ClickHouse knows every time zone that the API takes, and what day it is there', async () => {
  const zones = Intl.supportedValuesOf('timeZone').filter(isTimeZone);
  assert.ok(zones.length > 300);
  const client = createClickHouseQueries({ url: clickhouse.url, timeoutMs: 20_000, maxConnections: 1 });
  shared.after(() => client.close());
  // As the reader asks for a day, and of all zones at once: hundreds of questions take it half a minute.
  const days = zones.map((zone) => `toDate(fromUnixTimestamp64Milli(${NOW_MS}, 'UTC'), '${zone}')`);
  const [row] = await client.select(`SELECT ${days.join(', ')}`, {});
  assert.deepEqual(
    row,
    zones.map((zone) => dayAt(NOW_MS, zone)),
  );
});

test('late data, an edit and a withdrawal change the numbers as if they had always been so', async (t) => {
  const { get } = await createTestApi(t, { progress: reader });
  const [thisWeek, lastWeek] = [NOW_MS - 3_600_000, NOW_MS - 7 * 86_400_000 - 3_600_000];
  const run = (startMs: number, given: Partial<CountedActivity>, value: number) =>
    countedActivity({ startMs, ...given, efforts: [countedEffort({ startMs, value })] });

  async function seen() {
    const read = async (block: string) => (await get(`/v1/progress/${block}`, 'watch-1')).body;
    const [{ current, last }] = (await read('comparisons')).comparisons;
    const { records } = await read('records');
    return {
      distanceM: [current.toPoint.all.distanceM, last.toPoint.all.distanceM],
      load: (await read('form?days=1')).load,
      year: (await read('years')).years[0].all.activities,
      record: records.map(({ steps }: (typeof records)[0]) => steps.map(({ value }: { value: number }) => value)),
      weeks: (await read('streaks')).weeks.current.length,
    };
  }

  await insert([run(thisWeek, { revision: 4, distanceM: 5_000, trainingLoad: 30 }, 1_500)]);
  assert.deepEqual(await seen(), { distanceM: [5_000, 0], load: [30], year: 1, record: [[1_500]], weeks: 1 });

  // A file of last week arrives, and it was faster.
  await insert([run(lastWeek, { revision: 6, distanceM: 8_000, trainingLoad: 60 }, 1_450)]);
  assert.deepEqual(await seen(), { distanceM: [5_000, 8_000], load: [30], year: 2, record: [[1_450]], weeks: 2 });

  // Late samples make this week's run longer and its best faster.
  await insert([run(thisWeek, { revision: 9, distanceM: 7_500, trainingLoad: 45 }, 1_400)]);
  const after = { distanceM: [7_500, 8_000], load: [45], year: 2, record: [[1_400, 1_450]], weeks: 2 };
  assert.deepEqual(await seen(), after);

  // What an older process wrote beside it when it woke up changes nothing.
  await insert([run(thisWeek, { revision: 5, distanceM: 1, trainingLoad: 1 }, 1)]);
  assert.deepEqual(await seen(), after);

  await insert([countedActivity({ startMs: lastWeek, revision: 11, status: 'withdrawn', distanceM: null })]);
  assert.deepEqual(await seen(), { distanceM: [7_500, 0], load: [45], year: 1, record: [[1_400]], weeks: 1 });
});
