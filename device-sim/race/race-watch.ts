import type { Clock } from '../../runtime/clock.ts';
import type { Platform } from '../../runtime/nats/platform.ts';
import { StartError } from '../../runtime/service.ts';
import { type BoardLatency, watchBoardLatency } from './board-latency.ts';
import type { BoardReader } from './board-reader.ts';
import { createPredictionWatch } from './grade/prediction-grade.ts';
import { gradeRace, type RaceGrade } from './grade/race-grade.ts';
import type { RacePlan } from './race-plan.ts';
import { readReviews } from './review-reader.ts';
import { followCrossings } from './told-crossings.ts';

export interface RaceWatchDeps {
  readonly race: string;
  readonly seed: string;
  readonly plan: RacePlan;
  /** The first gun, ms since the epoch. */
  readonly gunMs: number;
  readonly apiUrl: string;
  readonly board: BoardReader;
  readonly platform: Pick<Platform, 'facts' | 'names'>;
  /** Of the race's organiser, who may read its reviews; null where nobody checks. */
  readonly organiserToken: string | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Somebody who watches a race from its start, and knows at its end how right it was told. */
export interface RaceWatch {
  readonly latency: BoardLatency;
  /** How many are said to be finished so far. */
  readonly finished: number;
  /** Waits, within a bound, until nothing more changes; then grades. Throws StartError without board or reviews. */
  grade(): Promise<RaceGrade>;
  stop(): void;
}

const POLL_MS = 1_000;
/** A big board is read the less often, so that watching it costs no more. */
const POLL_MS_PER_ATHLETE = 2;
const SETTLE_WITHIN_MS = 90_000;
/** Message time has to pass until a silent device's crossings are settled; a process looks every second. */
const QUIET_MS = 8_000;
const LOOK_EVERY_MS = 250;

export async function startRaceWatch(deps: RaceWatchDeps): Promise<RaceWatch> {
  const { race, seed, plan, gunMs, apiUrl, board, platform, clock } = deps;
  const stopping = new AbortController();
  const signal = AbortSignal.any([deps.signal, stopping.signal]);
  const told = await followCrossings(await platform.facts(), platform.names, race, signal);
  const predictions = createPredictionWatch(plan.line.lengthM);
  const bibs = new Map(plan.entrants.map(({ device, starter }) => [device, starter.bib]));
  const latency = watchBoardLatency({ apiUrl, race, bibs, nowMs: clock.monotonicMs });
  let finished = 0;

  async function poll(): Promise<void> {
    const periodMs = Math.max(POLL_MS, POLL_MS_PER_ATHLETE * plan.entrants.length);
    while (!signal.aborted) {
      const read = await board.read();
      if (read !== null) {
        predictions.see(read.rows);
        finished = read.rows.filter(({ status }) => status === 'finished').length;
      }
      await clock.sleep(periodMs, signal);
    }
  }

  async function untilSettled(): Promise<void> {
    let [count, quietFromMs] = [told.count, clock.monotonicMs()];
    for (const untilMs = quietFromMs + SETTLE_WITHIN_MS; clock.monotonicMs() < untilMs; ) {
      if (told.count !== count) [count, quietFromMs] = [told.count, clock.monotonicMs()];
      if (told.isSettled && clock.monotonicMs() - quietFromMs >= QUIET_MS) return;
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  const polling = poll().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return {
    latency,
    get finished() {
      return finished;
    },
    async grade() {
      await untilSettled();
      stopping.abort();
      await polling;
      const last = await board.read();
      if (last === null) throw new StartError(`the board of ${race} cannot be read at the end`);
      const reviews = await readReviews(apiUrl, race, deps.organiserToken, deps.signal);
      const { rows, certainty } = last;
      return gradeRace({ plan, seed, gunMs, told: told.newest, board: rows, certainty, predictions, reviews });
    },
    stop() {
      stopping.abort();
      latency.stop();
    },
  };
}
