import { CROSSING_SOURCES } from '../../../schemas/board.ts';
import type { Race } from '../../../schemas/race.ts';
import type { CrossingReport } from './crossing-evidence.ts';
import type { Told } from './run-race.arbitrary.ts';

export interface NaiveStanding {
  readonly bib: string;
  readonly isFinished: boolean;
  /** What ranks go by, ms, and what decides between equal ones. */
  readonly keys: readonly [number, number];
}

/**
 * Those with a rank, from all that was told, without any memory of what came before: for each athlete the best word on
 * the finish, else how far they came and when. For a flat course whose checkpoints have one pass.
 */
export function naiveStandings(race: Race, told: readonly Told[], nowMs: number): NaiveStanding[] {
  const finishM = race.checkpoints.find(({ isFinish }) => isFinish)!.positionM[0];
  return race.starters.flatMap(({ bib, wave }): NaiveStanding[] => {
    const gunMs = race.waves.find(({ id }) => id === wave)!.gunTimeMs;
    if (told.some((one) => one.type === 'judge' && one.bib === bib)) return [];
    const anchors = race.checkpoints
      .map(({ id, positionM }) => ({ positionM: positionM[0], atMs: timeOf(bib, id, told) ?? Number.NaN }))
      .filter(({ atMs }) => !Number.isNaN(atMs));
    const last = anchors.at(-1);
    if (last?.positionM === finishM) {
      const elapsedMs = last.atMs - gunMs;
      return [{ bib, isFinished: true, keys: [elapsedMs, elapsedMs] }];
    }
    const positions = told.flatMap((one) =>
      one.type === 'tick' ? one.athletes.filter((seen) => seen.bib === bib) : [],
    );
    const farthestM = Math.max(last?.positionM ?? -1e9, positions.at(-1)?.positionM ?? -1e9);
    const isStarted = last !== undefined || (farthestM > 0 && positions.at(-1)!.atMs >= gunMs);
    if (!isStarted) return [];
    const placeM = Math.min(finishM, farthestM);
    const fade = last === undefined ? 0 : Math.max(0, 1 - (placeM - last.positionM) / 500);
    const correctionMs = fade === 0 ? 0 : fade * (last!.atMs - (passedAt(positions, last!.positionM) ?? last!.atMs));
    const placeMs = placeM === last?.positionM ? last.atMs : passedAt(positions, placeM)! + correctionMs;
    // Where they are by now, if they have gone on for up to ten seconds as they went when they were seen last.
    const aheadMs = Math.max(0, Math.min(10_000, nowMs - placeMs));
    const aheadM = (aheadMs / 1_000) * (positions.at(-1)?.speedMps ?? 0);
    const byNowM = Math.max(0, Math.min(finishM, placeM + aheadM));
    const soFarMs = ((placeMs + aheadMs - gunMs) * (finishM + 100)) / (byNowM + 100);
    return [{ bib, isFinished: false, keys: [Math.max(soFarMs, nowMs - gunMs), soFarMs] }];
  });
}

function passedAt(positions: readonly { atMs: number; positionM: number }[], placeM: number): number | null {
  const i = positions.findIndex(({ positionM }) => positionM >= placeM);
  if (i < 1) return i === 0 && positions[0].positionM === placeM ? positions[0].atMs : null;
  const [a, b] = [positions[i - 1], positions[i]];
  return a.atMs + ((b.atMs - a.atMs) * (placeM - a.positionM)) / (b.positionM - a.positionM);
}

/** What counts as the time of a checkpoint with one pass; null when nobody says that it was crossed. */
function timeOf(bib: string, checkpoint: string, told: readonly Told[]): number | null {
  const reads = told.flatMap((one) => (one.type === 'read' && one.bib === bib ? [one.read] : []));
  const here = reads.filter((read) => read.checkpoint === checkpoint).map(({ timeMs }) => timeMs);
  const said = told.flatMap((one) => (one.type === 'report' && one.bib === bib ? [one.report] : []));
  for (const source of CROSSING_SOURCES) {
    const [newest] = said
      .filter((report) => report.checkpoint === checkpoint && report.source === source)
      .sort((a: CrossingReport, b: CrossingReport) => b.revision - a.revision);
    const isMat = source === 'mat' && here.length > 0;
    if (newest !== undefined && !newest.isWithdrawn) return newest.timeMs;
    if (isMat) return checkpoint === 'start' ? Math.max(...here) : Math.min(...here);
  }
  return null;
}
