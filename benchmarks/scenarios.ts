import type { BenchOptions } from './options.ts';
import type { Scenario } from './scenario.ts';
import { runActivityFiles } from './scenarios/activity-files/activity-files.ts';
import { runActivityImport } from './scenarios/activity-import/activity-import.ts';
import { runActivityStage } from './scenarios/activity-stage/activity-stage.ts';
import { runBoard } from './scenarios/board/board.ts';
import { runCrossings } from './scenarios/crossings/crossings.ts';
import { runDevices } from './scenarios/devices/devices.ts';
import { runDurability } from './scenarios/durability/durability.ts';
import { runEndToEnd } from './scenarios/end-to-end/end-to-end.ts';
import { runFailOver } from './scenarios/fail-over/fail-over.ts';
import { runHalfLoad } from './scenarios/half-load/half-load.ts';
import { runHistory } from './scenarios/history/history.ts';
import { runIlpEncoder } from './scenarios/ilp-encoder/ilp-encoder.ts';
import { runIngest } from './scenarios/ingest/ingest.ts';
import { runLimits } from './scenarios/limits/limits.ts';
import { runLiveActivities } from './scenarios/live-activities/live-activities.ts';
import { runLiveLatency } from './scenarios/live-latency/live-latency.ts';
import { runPages } from './scenarios/pages/pages.ts';
import { runProcesses } from './scenarios/processes/processes.ts';
import { runProgress } from './scenarios/progress/progress.ts';
import { runRace } from './scenarios/race/race.ts';
import { runRaceSize } from './scenarios/race-size/race-size.ts';
import { runRaceTruth } from './scenarios/race-truth/race-truth.ts';
import { runReads } from './scenarios/reads/reads.ts';
import { runReviews } from './scenarios/reviews/reviews.ts';
import { runSinkShares } from './scenarios/sink-shares/sink-shares.ts';
import { runStored } from './scenarios/stored/stored.ts';
import { runWatchers } from './scenarios/watchers/watchers.ts';
import { runWebsocket } from './scenarios/websocket/websocket.ts';
import { runWholePath } from './scenarios/whole-path/whole-path.ts';
import { runWorkout } from './scenarios/workout/workout.ts';

/** Every question that can be asked, by the name in the options. */
export const SCENARIO_BY_NAME: Record<BenchOptions['scenario'], Scenario> = {
  'end-to-end': runEndToEnd,
  ingest: runIngest,
  'whole-path': runWholePath,
  'sink-shares': runSinkShares,
  'half-load': runHalfLoad,
  devices: runDevices,
  stored: runStored,
  limits: runLimits,
  processes: runProcesses,
  websocket: runWebsocket,
  'ilp-encoder': runIlpEncoder,
  durability: runDurability,
  'activity-stage': runActivityStage,
  'live-activities': runLiveActivities,
  'activity-files': runActivityFiles,
  crossings: runCrossings,
  reviews: runReviews,
  'live-latency': runLiveLatency,
  'fail-over': runFailOver,
  'activity-import': runActivityImport,
  progress: runProgress,
  reads: runReads,
  history: runHistory,
  workout: runWorkout,
  pages: runPages,
  race: runRace,
  'race-size': runRaceSize,
  board: runBoard,
  watchers: runWatchers,
  'race-truth': runRaceTruth,
};
