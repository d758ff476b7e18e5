import { systemClock } from '../../../runtime/clock.ts';
import { activityId } from '../../../schemas/activity.ts';
import { coresOf, openAccount, otherCores } from '../../cpu-account.ts';
import { startDeployment } from '../../deployment/deployment.ts';
import { createPageReader, type PageReader } from '../../deployment/page-reader.ts';
import { signUp } from '../../deployment/person.ts';
import { startPostgresql } from '../../deployment/postgresql.ts';
import { timeKinds } from '../../page-turns.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';
import { RIDE_START_MS, rideOf } from '../activity-files/made-files.ts';
import { untilFinished } from '../activity-import/activity-import.ts';
import { openImport } from '../activity-import/open-import.ts';
import { fillYears, statementsOf } from '../progress/fill-years.ts';

const REAL = { seconds: 4 * 3_600, days: 3_652, pages: 200, warmUpPages: 40 };
const SMOKE = { seconds: 600, days: 40, pages: 5, warmUpPages: 1 };
/** Ends so long ago: of a ride of today the hot store has the samples, of an old one the other. */
const TODAYS_ENDED_MS = 3_600_000;
const SHOWN_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;
/** What the page draws. */
const CHANNELS = 'heart_rate,speed,altitude,power,latitude,longitude';

/** How long the page of a 4-hour ride waits for its numbers and for what its charts and its map draw. */
export async function runWorkout(deps: ScenarioDeps): Promise<Outcome> {
  const { options, say, release } = deps;
  const { seconds, days, pages, warmUpPages } = options.smoke ? SMOKE : REAL;
  const postgresql = await startPostgresql(deps);
  const deployment = await startDeployment(deps, { postgresUrl: postgresql.url });
  const signal = AbortSignal.any([deps.signal, deployment.lostSignal]);
  const { athlete, accessToken } = await signUp(deployment, 'rider@example.test', signal);
  await fillYears(statementsOf(deployment, signal), { athletes: [athlete, 'another'], days, endsMs: RIDE_START_MS });
  const { token, send } = await openImport(deployment, athlete);
  const starts = { ofToday: Date.now() - TODAYS_ENDED_MS - seconds * 1_000, old: RIDE_START_MS };
  const reader = createPageReader(deployment.urls.api, accessToken, { release, signal });
  const troubles: string[] = [];
  const ids = new Map<string, string>();
  for (const [name, startMs] of Object.entries(starts)) {
    // A file of FIT knows whole seconds.
    const id = activityId(athlete, Math.floor(startMs / 1_000) * 1_000);
    troubles.push(...(await send(rideOf(seconds, startMs), signal)));
    await untilFinished(`${deployment.urls.api}/v1/activities/${id}`, token, signal);
    await untilShown(reader, id, seconds, signal);
    ids.set(name, id);
  }
  say(`the rides of ${count(seconds)} s are there`);
  for (let nth = 0; nth < warmUpPages; nth++) for (const id of ids.values()) await readPage(reader, id);

  const close = openAccount(new Map([...deployment.pids, ['bench', process.pid]]));
  const { turns, figures, reasons } = await timeKinds(
    new Map(
      [...ids].map(([name, id]) => [
        name,
        { read: () => readPage(reader, id), wrongOf: (answers) => wrongOf(name, answers, seconds) },
      ]),
    ),
    { rounds: options.rounds, pages, say },
  );
  const account = close();
  return {
    lines: Object.entries(figures).map(([name, figure]) => `${name.padEnd(16)}${inRange(figure)} ms`),
    figures,
    notes: [`${count(seconds)} s with a sample a second, among ${count(days)} activities of the athlete`],
    measured: {
      ...{ seconds, days, pages, turns, cores: coresOf(account), account },
      otherCores: otherCores(account, 0),
    },
    reasons: [...troubles, ...reasons],
  };
}

/** The workout, how it came to be and its metrics at once; then, as the page does, what the charts draw. */
async function readPage(reader: PageReader, id: string): Promise<string[]> {
  const first = await Promise.all([
    reader.read(`/v1/workouts/${id}`),
    reader.read(`/v1/workouts/${id}/changes?limit=20`),
    reader.read(`/v1/activities/${id}`),
  ]);
  return [...first, await readStreams(reader, id)];
}

const readStreams = (reader: PageReader, id: string) =>
  reader.read(`/v1/activities/${id}/streams?channels=${CHANNELS}`);

/** Waits until the history has it and each second is in its store. Throws when that takes a minute. */
async function untilShown(reader: PageReader, id: string, seconds: number, signal: AbortSignal): Promise<void> {
  let last = '';
  for (const untilMs = Date.now() + SHOWN_WITHIN_MS; Date.now() < untilMs; await systemClock.sleep(LOOK_EVERY_MS)) {
    signal.throwIfAborted();
    try {
      const answers = await readPage(reader, id);
      last = wrongOf(id, answers, seconds).join('; ');
      if (last === '') return;
    } catch (error) {
      last = (error as Error).message;
    }
  }
  throw new Error(`the ride is not shown: ${last}`);
}

/** What the ride was made of, against what the page was given. */
function wrongOf(name: string, [workout, , activity, streams]: readonly string[], seconds: number): string[] {
  const { distanceM } = JSON.parse(workout);
  const { metrics } = JSON.parse(activity);
  const { startMs, stepMs, channels } = JSON.parse(streams);
  const wantedM = (seconds - 1) * 8;
  const isNear = (found: number | null | undefined) => typeof found === 'number' && Math.abs(found - wantedM) <= 20;
  const buckets = Math.ceil((seconds * 1_000) / stepMs);
  return [
    ...(isNear(distanceM) && isNear(metrics?.distance_m.value) ? [] : [`${name}: ${distanceM} m, not ${wantedM} m`]),
    ...(Math.abs(startMs.length - buckets) <= 1 ? [] : [`${name}: ${startMs.length} buckets, not ${buckets}`]),
    ...(CHANNELS.split(',').every((channel) => hasAll(channels?.[channel])) ? [] : [`${name}: a chart has gaps`]),
  ];
}

/** Whether each bucket of a channel has a value. */
function hasAll(columns: Record<string, unknown> | undefined): boolean {
  const { avg, last } = (columns ?? {}) as { avg?: (number | null)[]; last?: (number | null)[] };
  const values = avg ?? last;
  return values !== undefined && values.length > 0 && !values.includes(null);
}
