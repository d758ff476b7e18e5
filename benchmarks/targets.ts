import type { Figure } from './figure.ts';

/** A question with the answer that is wanted and the least that will do. */
export interface Target {
  /** The figure of the scenario that answers it. */
  readonly figure: string;
  readonly scenario: string;
  readonly question: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly goal: number;
  readonly floor: number;
}

const more = (
  scenario: string,
  figure: string,
  question: string,
  unit: string,
  goal: number,
  floor: number,
): Target => ({
  ...{ scenario, figure, question, unit, goal, floor },
  better: 'more',
});
const less = (
  scenario: string,
  figure: string,
  question: string,
  unit: string,
  goal: number,
  floor: number,
): Target => ({
  ...{ scenario, figure, question, unit, goal, floor },
  better: 'less',
});

/**
 * What the platform is held to on two cores with everything on the one machine, authentication and ledger on. Floors
 * are what a prototype or a budget on paper said is possible.
 */
export const TARGETS: readonly Target[] = [
  more(
    'ingest',
    'oneRatio',
    'ingest alone, 1 sample a frame, against Mosquitto, which stores nothing',
    'times',
    3.5,
    2.5,
  ),
  more('ingest', 'tenSamplesPerS', 'ingest alone, 10 samples a frame', 'samples/s', 1_000_000, 800_000),
  more('whole-path', 'tenSamplesPerS', 'whole path into both stores, 10 a frame', 'samples/s', 300_000, 220_000),
  more('whole-path', 'tenRatio', 'the same against Telegraf into one store', 'times', 5.5, 4),
  more('whole-path', 'oneFramesPerS', 'whole path into both stores, 1 a frame', 'frames/s', 60_000, 45_000),
  more('whole-path', 'oneRatio', 'the same against Telegraf into one store', 'times', 4, 3),
  less(
    'whole-path',
    'tenCpuUsPerSample.slipstream',
    'CPU per sample over all processes, engines included, as `npm start` runs them',
    'µs',
    6.5,
    8.5,
  ),
  less('sink-shares', 'cpuUs', '… with each sink and the holder as a process of its own', 'µs', 6.5, 8.5),
  less('sink-shares', 'questdbSinkUs', '… of it in our QuestDB sink', 'µs', 0.5, 0.8),
  less('sink-shares', 'clickhouseSinkUs', '… of it in our ClickHouse sink', 'µs', 0.3, 0.4),
  less('half-load', 'ackP99Ms', 'frame → acknowledgement at half the sustainable load, p99', 'ms', 25, 50),
  less('half-load', 'queryableP99Ms', 'frame → queryable in both stores at half load, p99', 'ms', 750, 1_500),
  more('devices', 'ratio', '15,000 devices against 200, same total rate', 'of the throughput', 0.9, 0.8),
  more('stored', 'ratio', '100 million samples already stored against none', 'of the throughput', 0.9, 0.8),
  more(
    'activity-stage',
    'samplesPerS',
    'the activity stage alone, all metrics, a core',
    'samples/s',
    1_000_000,
    500_000,
  ),
  less(
    'crossings',
    'medianMs',
    'crossing time against truth, white noise of 3 m, ten seconds after: median',
    'ms',
    200,
    300,
  ),
  less('crossings', 'p95Ms', '… one in twenty is worse than', 'ms', 700, 1_000),
  less('crossings', 'starterUs', 'CPU of one fix of an athlete in a race, crossings included', 'µs', 5, 10),
  less('race', 'medianMs', 'crossing time in a race over the whole path, white noise, median', 'ms', 200, 300),
  less('race', 'p95Ms', '… one in twenty is worse than', 'ms', 700, 1_000),
  more('race', 'rightPercent', '… crossings neither missed nor invented, with dead zones', '%', 100, 99.9),
  more('race', 'canyonHoldsPercent', '… stated 90 % intervals that hold between walls (at most 95)', '%', 90, 85),
  more('race', 'pairsRightPercent', '… pairs of finishers in order, or too close to call', '%', 100, 99.99),
  more('race', 'predictionsHoldPercent', '… finishes from P10 to P90 from half way on (at most 85)', '%', 80, 75),
  less('race', 'frameToBoardP99Ms', '… frame → live board at a watcher, p99', 'ms', 150, 250),
  more(
    'race-size',
    'athletes',
    'athletes of one race at 1 Hz, both stores and the board, no growing lag',
    'athletes',
    30_000,
    20_000,
  ),
  more('reviews', 'leastCaught', 'cheats found, of the kind that is found least', 'of them', 1, 0.95),
  more('reviews', 'predictionHeld', 'finishes from P10 to P90 from half way on (at most 0.85)', 'of them', 0.8, 0.75),
  less('board', 'deltaP99Ms', 'frame → delta at a watcher, 5,000 athletes, 2,000 watchers, p99', 'ms', 150, 250),
  more('watchers', 'wsWatchers', 'watchers of one race told twice a second, ws', 'watchers', 10_000, 10_000),
  less('watchers', 'wsBytesPerS', '… bytes to each of them, mean', 'B/s', 1_500, 2_048),
  more('watchers', 'uwsWatchers', '… with uWebSockets.js', 'watchers', 25_000, 25_000),
  less('watchers', 'uwsBytesPerS', '… bytes to each of them, mean', 'B/s', 1_500, 2_048),
  less('live-latency', 'liveP99Ms', 'sample → live metric at a subscriber, 5,000 activities, p99', 'ms', 100, 250),
  less('activity-files', 'fourHoursMs', 'a 4-hour FIT file with power is read', 'ms', 200, 300),
  less('activity-import', 'finishedMs', '… imported, until the API shows its finished metrics', 'ms', 700, 1_000),
  less('pages', 'slowestUsefulMs', 'first picture of use on a "Fast 3G" phone, the slowest page', 'ms', 1_400, 1_500),
  less('progress', 'pageP99Ms', 'all numbers of the page of progress, from ten years of data, p99', 'ms', 200, 300),
  more('reads', 'leastRatio', 'a simple read of the diary against an empty Fastify route', 'of its rate', 0.3, 0.2),
  less('history', 'slowestP99Ms', 'history page and sums of 10,000 workouts, the slowest filter, p99', 'ms', 50, 75),
  less('workout', 'slowestP99Ms', "a 4-hour ride's numbers, charts and map, p99", 'ms', 100, 150),
  less(
    'fail-over',
    'worstMs',
    "a shard's holder killed or stopped → live metrics right again, at worst",
    'ms',
    2_500,
    5_000,
  ),
  less(
    'activity-stage',
    'stateBytesAfter3h',
    'state for one live activity after three hours',
    'bytes',
    48 * 1024,
    64 * 1024,
  ),
  less('activity-stage', 'stateBytesAfter6h', '… after six hours', 'bytes', 64 * 1024, 88 * 1024),
  more(
    'live-activities',
    'activities',
    'live activities at 1 Hz, all metrics, both stores, no growing lag',
    'activities',
    30_000,
    20_000,
  ),
];

export type Verdict = 'goal' | 'floor' | 'neither';

export function verdictOf({ better, goal, floor }: Target, { value }: Figure): Verdict {
  const reaches = (bound: number) => (better === 'more' ? value >= bound : value <= bound);
  if (reaches(goal)) return 'goal';
  return reaches(floor) ? 'floor' : 'neither';
}

export interface Grade extends Target {
  readonly measured: Figure;
  readonly verdict: Verdict;
}

/** How a scenario's figures stand against what is wanted of it; a figure that was not measured has no grade. */
export function gradesOf(scenario: string, figures: Readonly<Record<string, Figure>>): Grade[] {
  return TARGETS.filter((target) => target.scenario === scenario && figures[target.figure] !== undefined).map(
    (target) => {
      const measured = figures[target.figure];
      return { ...target, measured, verdict: verdictOf(target, measured) };
    },
  );
}
