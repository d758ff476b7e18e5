import type { BenchOptions } from './options.ts';
import type { Scenario } from './scenario.ts';

/**
 * Every question that can be asked, by the name in the options. Each is loaded when it is asked: together they bring
 * along a browser's client, each store's and whole services, which is most of what a start costs.
 */
export const SCENARIO_BY_NAME: Record<BenchOptions['scenario'], () => Promise<Scenario>> = {
  'end-to-end': async () => (await import('./scenarios/end-to-end/end-to-end.ts')).runEndToEnd,
  ingest: async () => (await import('./scenarios/ingest/ingest.ts')).runIngest,
  'whole-path': async () => (await import('./scenarios/whole-path/whole-path.ts')).runWholePath,
  'sink-shares': async () => (await import('./scenarios/sink-shares/sink-shares.ts')).runSinkShares,
  'half-load': async () => (await import('./scenarios/half-load/half-load.ts')).runHalfLoad,
  devices: async () => (await import('./scenarios/devices/devices.ts')).runDevices,
  stored: async () => (await import('./scenarios/stored/stored.ts')).runStored,
  limits: async () => (await import('./scenarios/limits/limits.ts')).runLimits,
  processes: async () => (await import('./scenarios/processes/processes.ts')).runProcesses,
  websocket: async () => (await import('./scenarios/websocket/websocket.ts')).runWebsocket,
  'ilp-encoder': async () => (await import('./scenarios/ilp-encoder/ilp-encoder.ts')).runIlpEncoder,
  durability: async () => (await import('./scenarios/durability/durability.ts')).runDurability,
  'activity-stage': async () => (await import('./scenarios/activity-stage/activity-stage.ts')).runActivityStage,
  'live-activities': async () => (await import('./scenarios/live-activities/live-activities.ts')).runLiveActivities,
  'activity-files': async () => (await import('./scenarios/activity-files/activity-files.ts')).runActivityFiles,
  crossings: async () => (await import('./scenarios/crossings/crossings.ts')).runCrossings,
  reviews: async () => (await import('./scenarios/reviews/reviews.ts')).runReviews,
  'live-latency': async () => (await import('./scenarios/live-latency/live-latency.ts')).runLiveLatency,
  'fail-over': async () => (await import('./scenarios/fail-over/fail-over.ts')).runFailOver,
  'activity-import': async () => (await import('./scenarios/activity-import/activity-import.ts')).runActivityImport,
  progress: async () => (await import('./scenarios/progress/progress.ts')).runProgress,
  reads: async () => (await import('./scenarios/reads/reads.ts')).runReads,
  history: async () => (await import('./scenarios/history/history.ts')).runHistory,
  workout: async () => (await import('./scenarios/workout/workout.ts')).runWorkout,
  pages: async () => (await import('./scenarios/pages/pages.ts')).runPages,
  race: async () => (await import('./scenarios/race/race.ts')).runRace,
  'race-size': async () => (await import('./scenarios/race-size/race-size.ts')).runRaceSize,
  board: async () => (await import('./scenarios/board/board.ts')).runBoard,
  watchers: async () => (await import('./scenarios/watchers/watchers.ts')).runWatchers,
  'race-truth': async () => (await import('./scenarios/race-truth/race-truth.ts')).runRaceTruth,
};
