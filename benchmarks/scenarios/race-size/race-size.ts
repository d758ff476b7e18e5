import { createBoardReader } from '../../../device-sim/race/board-reader.ts';
import { systemClock } from '../../../runtime/clock.ts';
import type { Deployment } from '../../deployment/deployment.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count } from '../../words.ts';
import { watchActivities } from '../live-activities/live-activities.ts';
import { wearableNames } from '../live-activities/wearables.ts';
import { FIELD_COURSE, FIELD_RACE, writeField } from './field.ts';

/** Who was heard of so long before the newest that anybody was heard of is lost. */
const KNOWN_WITHIN_MS = 30_000;
/** Somebody who has just begun is found on the course after a while. */
const ALL_KNOWN_MS = 30_000;
const LOOK_EVERY_MS = 1_000;

/** Whether the whole path keeps up with a race of so many, each a sample a second, and the board knows them all. */
export async function runRaceSize(deps: ScenarioDeps): Promise<Outcome> {
  const { release, signal, options } = deps;
  const { activities } = options;
  let board: BoardLook = { known: 0, ageMs: Number.NaN };
  const outcome = await watchActivities(deps, {
    load: { raceRides: 'true', ...FIELD_COURSE },
    before: (deployment) => writeField(wearableNames(activities), deployment, release),
    async atEnd(deployment) {
      for (const untilMs = performance.now() + ALL_KNOWN_MS; ; ) {
        board = (await lookAtBoard(deployment, signal)) ?? board;
        if (board.known === activities || performance.now() >= untilMs) return;
        await systemClock.sleep(LOOK_EVERY_MS, signal);
      }
    },
  });
  const { activities: kept, ...figures } = outcome.figures ?? {};
  return {
    ...outcome,
    lines: [`known to the board      ${count(board.known)} of ${count(activities)}`, ...outcome.lines],
    figures: { athletes: kept, ...figures },
    measured: { ...outcome.measured, board },
    reasons: [
      ...outcome.reasons,
      ...(board.known === activities
        ? []
        : [`the board heard of ${count(board.known)} lately, not of ${count(activities)}`]),
    ],
  };
}

interface BoardLook {
  readonly known: number;
  /** Of the newest that it knows; the load tells what was measured before everybody was connected. */
  readonly ageMs: number;
}

/** Null when the first board of so many has not come yet: it is asked for when somebody reads it. */
async function lookAtBoard({ urls }: Deployment, signal: AbortSignal): Promise<BoardLook | null> {
  const read = await createBoardReader(urls.api, FIELD_RACE, signal).read();
  if (read === null) return null;
  const { rows, atMs, dataMs } = read;
  const newestMs = dataMs ?? Number.NaN;
  const known = rows.filter(({ seenMs }) => seenMs !== null && newestMs - seenMs <= KNOWN_WITHIN_MS);
  return { known: known.length, ageMs: atMs - newestMs };
}
