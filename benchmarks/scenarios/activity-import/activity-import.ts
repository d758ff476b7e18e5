import { systemClock } from '../../../runtime/clock.ts';
import { activityId } from '../../../schemas/activity.ts';
import type { ActivityMetrics } from '../../../schemas/activity-metrics.ts';
import { openAccount, otherCores } from '../../cpu-account.ts';
import { type Deployment, startDeployment } from '../../deployment/deployment.ts';
import { askStore } from '../../deployment/store-rows.ts';
import { figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { inRange } from '../../words.ts';
import { RIDE_START_MS, rideOf } from '../activity-files/made-files.ts';
import { openImport } from './open-import.ts';

const FOUR_HOURS_S = 4 * 3_600;
const SMOKE_S = 600;
const WARM_UP_S = 3_600;
/** Between two looks at the activity; half of it is in the answer. */
const LOOK_EVERY_MS = 10;
const STORED_WITHIN_MS = 60_000;

/** From the start of an import, ms. */
interface Imported {
  readonly athlete: string;
  /** The file is read, and its first frames are stored in the stream. */
  readonly firstAcknowledgedMs: number;
  readonly acknowledgedMs: number;
  /** `GET /v1/activities/{id}` answers with the finished activity. */
  readonly finishedMs: number;
  readonly otherCores: number;
  readonly wrong: readonly string[];
}

/** How long it takes from a file's bytes to the activity's finished metrics at the API. */
export async function runActivityImport(deps: ScenarioDeps): Promise<Outcome> {
  const { options, say } = deps;
  const seconds = options.smoke ? SMOKE_S : FOUR_HOURS_S;
  const deployment = await startDeployment(deps);
  const signal = AbortSignal.any([deps.signal, deployment.lostSignal]);
  const file = rideOf(seconds);
  // A shorter file first: a service that imports has its code compiled.
  await importOnce(deployment, 'warm-up', rideOf(Math.min(seconds, WARM_UP_S)), Math.min(seconds, WARM_UP_S), signal);
  const turns: Imported[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const turn = await importOnce(deployment, `rider-${round}`, file, seconds, signal);
    say(`finished after ${Math.round(turn.finishedMs)} ms, all sent after ${Math.round(turn.acknowledgedMs)} ms`);
    turns.push(turn);
  }
  const missing = await untilStored(deployment, options.rounds * seconds, signal);
  const figures = {
    firstAcknowledgedMs: figureOf(turns.map((turn) => turn.firstAcknowledgedMs)),
    acknowledgedMs: figureOf(turns.map((turn) => turn.acknowledgedMs)),
    finishedMs: figureOf(turns.map((turn) => turn.finishedMs)),
  };
  return {
    lines: Object.entries(figures).map(([name, figure]) => `${name.padEnd(22)}${inRange(figure)} ms`),
    figures,
    notes: [`${seconds} records with power and position, ${(file.length / 1024).toFixed(0)} KiB`],
    measured: { seconds, fileBytes: file.length, turns },
    reasons: [...turns.flatMap(({ wrong }) => wrong), ...(missing > 0 ? [`${missing} samples are not stored`] : [])],
  };
}

async function importOnce(
  deployment: Deployment,
  athlete: string,
  file: Uint8Array,
  seconds: number,
  signal: AbortSignal,
): Promise<Imported> {
  const { token, send } = await openImport(deployment, athlete);
  const close = openAccount(new Map([...deployment.pids, ['bench', process.pid]]));
  const fromMs = performance.now();
  let firstAcknowledgedMs = 0;
  const finished = untilFinished(
    `${deployment.urls.api}/v1/activities/${activityId(athlete, RIDE_START_MS)}`,
    token,
    signal,
  );
  finished.catch(() => undefined); // awaited below, once the file is sent
  const refused = await send(file, signal, () => {
    firstAcknowledgedMs ||= performance.now() - fromMs;
  });
  const acknowledgedMs = performance.now() - fromMs;
  const { atMs, metrics } = await finished;
  return {
    ...{ athlete, firstAcknowledgedMs, acknowledgedMs, finishedMs: atMs - fromMs },
    otherCores: otherCores(close(), 0),
    wrong: [...refused, ...wrongOf(metrics, seconds)],
  };
}

export async function untilFinished(url: string, token: string, signal: AbortSignal) {
  for (;;) {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
    const activity = (await answer.json()) as { status: unknown; metrics: ActivityMetrics };
    if (answer.ok && activity.status === 'finished') return { atMs: performance.now(), metrics: activity.metrics };
    await systemClock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** What the made ride has by its construction, against what the platform found in it. */
function wrongOf({ elapsed_s, average_power_w, distance_m }: ActivityMetrics, seconds: number): string[] {
  const powers = Array.from({ length: seconds }, (_, s) => 220 + Math.round(40 * Math.sin(s / 60)));
  const meanW = powers.reduce((sum, power) => sum + power, 0) / seconds;
  const expected = [
    ['elapsed_s', elapsed_s.value, seconds - 1, 2],
    ['average_power_w', average_power_w.value, meanW, 1],
    ['distance_m', distance_m.value, (seconds - 1) * 8, 20],
  ] as const;
  return expected
    .filter(([, found, wanted, tolerance]) => !(found !== null && Math.abs(found - wanted) <= tolerance))
    .map(([name, found, wanted]) => `${name} is ${found}, not ${wanted}`);
}

/** Samples of the riders that ClickHouse does not show after a while. */
async function untilStored({ urls }: Deployment, wanted: number, signal: AbortSignal): Promise<number> {
  const sql = "SELECT count() FROM slipstream.samples FINAL WHERE startsWith(device, 'files-rider-')";
  for (const untilMs = performance.now() + STORED_WITHIN_MS; ; ) {
    const rows = await askStore('clickhouse', sql, urls, signal);
    if (rows >= wanted || performance.now() > untilMs) return wanted - rows;
    await systemClock.sleep(200, signal);
  }
}
