import { coresOf, openAccount } from '../../cpu-account.ts';
import { startDeployment } from '../../deployment/deployment.ts';
import {
  distanceOfWorkout,
  fillDiary,
  fillOthers,
  idOf,
  nameOf,
  settle,
  sportOf,
  WORKOUT_EVERY_MS,
} from '../../deployment/diary-rows.ts';
import { createPageReader, type PageReader } from '../../deployment/page-reader.ts';
import { signUp } from '../../deployment/person.ts';
import { startPostgresql } from '../../deployment/postgresql.ts';
import { timeKinds } from '../../page-turns.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';

const REAL = { workouts: 10_000, others: 40, othersWorkouts: 1_000, pages: 200, warmUpPages: 60 };
const SMOKE = { workouts: 500, others: 2, othersWorkouts: 50, pages: 5, warmUpPages: 1 };
/** As the application asks. */
const PAGE = 30;
/** The most that the API gives at once: to get far back without asking hundreds of times. */
const FAR_STEP = 200;
const TOLD_ROUND = nameOf(41);

interface Asked {
  /** What the filter lets through, of all. */
  readonly filter: string;
  /** Where the page begins; '' for the newest. */
  readonly cursor: string;
  /** Numbers of the workouts that the filter lets through, the newest first, and of the first on the page. */
  readonly held: readonly number[];
  readonly first: number;
}

/** How long the history page of somebody with many workouts waits: its list and its sums, asked at once. */
export async function runHistory(deps: ScenarioDeps): Promise<Outcome> {
  const { options, say, release } = deps;
  const { workouts, others, othersWorkouts, pages, warmUpPages } = options.smoke ? SMOKE : REAL;
  const postgresql = await startPostgresql(deps);
  const deployment = await startDeployment(deps, { postgresUrl: postgresql.url });
  const signal = AbortSignal.any([deps.signal, deployment.lostSignal]);
  const person = await signUp(deployment, 'writer@example.test', signal);
  const endsMs = Date.now();
  await fillOthers(postgresql, { others, workouts: othersWorkouts, endsMs });
  await fillDiary(postgresql, person.account, { workouts, endsMs });
  await settle(postgresql);
  const reader = createPageReader(deployment.urls.api, person.accessToken, { release, signal });
  const kinds = await kindsOf(reader, workouts, endsMs);
  const readPage = async ({ filter, cursor }: Asked) => {
    const page = `/v1/workouts?limit=${PAGE}${filter}${cursor === '' ? '' : `&cursor=${cursor}`}`;
    return Promise.all([reader.read(page), reader.read(`/v1/workouts/totals?${filter.slice(1)}`)]);
  };
  for (let nth = 0; nth < warmUpPages; nth++) for (const asked of Object.values(kinds)) await readPage(asked);

  const close = openAccount(new Map([...deployment.pids, ['bench', process.pid]]));
  const { turns, figures, reasons } = await timeKinds(
    new Map(
      Object.entries(kinds).map(([name, asked]) => [
        name,
        { read: () => readPage(asked), wrongOf: (answers) => wrongOf(name, asked, answers) },
      ]),
    ),
    { rounds: options.rounds, pages, say },
  );
  const account = close();
  return {
    lines: Object.entries(figures).map(([name, figure]) => `${name.padEnd(22)}${inRange(figure)} ms`),
    figures,
    notes: [
      `${count(workouts)} workouts of one, ${count(others * othersWorkouts)} of ${others} others, real PostgreSQL`,
    ],
    measured: { workouts, others, othersWorkouts, pages, turns, cores: coresOf(account), account },
    reasons,
  };
}

/** What is looked at: the newest, far back, and what each filter lets through. */
async function kindsOf(reader: PageReader, workouts: number, endsMs: number): Promise<Record<string, Asked>> {
  const all = Array.from({ length: workouts }, (_, nth) => nth);
  const [fromNth, untilNth] = [Math.floor(workouts / 3), Math.floor(workouts / 4)];
  const startMs = (nth: number) => endsMs - (nth + 1) * WORKOUT_EVERY_MS;
  const named = all.filter((nth) => nameOf(nth) === TOLD_ROUND);
  const rides = all.filter((nth) => sportOf(nth) === 'ride');
  const back = await farBack(reader, Math.floor(workouts / 2 / FAR_STEP));
  const newest = { cursor: '', first: 0 };
  return {
    newest: { ...newest, filter: '', held: all },
    farBack: { filter: '', held: all, ...back },
    ofSport: { ...newest, filter: '&sport=ride', held: rides },
    ofYear: {
      ...newest,
      filter: `&from=${startMs(fromNth)}&until=${startMs(untilNth)}`,
      held: all.slice(untilNth + 1, fromNth + 1),
    },
    byText: { ...newest, filter: `&text=${encodeURIComponent(TOLD_ROUND.toUpperCase())}`, held: named },
    byTextAndSport: {
      ...newest,
      filter: `&sport=ride&text=${encodeURIComponent(TOLD_ROUND)}`,
      held: named.filter((nth) => sportOf(nth) === 'ride'),
    },
    noneFound: { ...newest, filter: '&text=nowhere%20to%20be%20found', held: [] },
  };
}

/** The cursor of a page in the middle of all that there is, as somebody gets it who goes on and on. */
async function farBack(reader: PageReader, steps: number): Promise<Pick<Asked, 'cursor' | 'first'>> {
  let cursor = '';
  for (let step = 0; step < steps; step++) {
    const from = cursor === '' ? '' : `&cursor=${cursor}`;
    cursor = JSON.parse(await reader.read(`/v1/workouts?limit=${FAR_STEP}${from}`)).next;
  }
  return { cursor, first: steps * FAR_STEP };
}

/** What was filled in, against what the last page of a kind showed. */
function wrongOf(name: string, { held, first }: Asked, [page, totals]: readonly string[]): string[] {
  const shown = (JSON.parse(page).workouts as { id: string }[]).map(({ id }) => id);
  const wanted = held.slice(first, first + PAGE).map(idOf);
  const { workouts, distanceM } = JSON.parse(totals);
  const wantedM = held.reduce((sum, nth) => sum + distanceOfWorkout(nth), 0);
  return [
    ...(shown.join() === wanted.join() ? [] : [`${name}: ${shown.length} workouts were shown, not those wanted`]),
    ...(workouts === held.length && distanceM === wantedM
      ? []
      : [`${name}: ${workouts} workouts over ${distanceM} m, not ${held.length} over ${wantedM} m`]),
  ];
}
