import { createActivityMetrics, type LiveMetrics } from '../../../processors/activities/metrics/activity-metrics.ts';
import { SecondsWindow } from '../../../processors/activities/metrics/seconds-window.ts';
import { type Figure, figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { type AthleteState, statesOfAthletes } from './athlete-state.ts';
import { createRides, RIDE_PROFILE, SAMPLES_PER_SECOND } from './rides.ts';

const ACTIVITIES = 1_000;
/** Each holds what it holds however many they are; fewer say less exactly how much memory that is. */
const SMOKE_ATHLETES = 20;
const SECONDS_PER_TURN = 60;
const WARM_UP_TURNS = 2;
const WINDOW_S = 15;
const START_S = Date.UTC(2026, 0, 1) / 1000;

/**
 * What the activity stage costs by itself: samples of many activities in turns, as a shard brings them, merged into
 * seconds and folded into all metrics; and how large the state of one long activity grows.
 */
export async function runActivityStage({ options, say, signal }: ScenarioDeps): Promise<Outcome> {
  const turns = WARM_UP_TURNS + Math.max(1, options.rounds);
  const rides = createRides(turns * SECONDS_PER_TURN + 1);
  const fleet = Array.from({ length: ACTIVITIES }, () => ({
    metrics: newMetrics(),
    window: new SecondsWindow(START_S, WINDOW_S),
  }));
  say(`${ACTIVITIES} activities, ${turns} times ${SECONDS_PER_TURN} s of each`);
  const samplesPerS: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    signal.throwIfAborted();
    const before = process.cpuUsage();
    for (let n = 0; n < SECONDS_PER_TURN; n++) {
      const second = turn * SECONDS_PER_TURN + n;
      for (const { metrics, window } of fleet) {
        rides.put(window, START_S, second);
        window.takeUntil(START_S + second - WINDOW_S + 2, (atS, rows, from) => metrics.fold(atS, rows, from));
      }
    }
    const { user, system } = process.cpuUsage(before);
    const samples = ACTIVITIES * SECONDS_PER_TURN * SAMPLES_PER_SECOND;
    if (turn >= WARM_UP_TURNS) samplesPerS.push(samples / ((user + system) / 1e6));
  }
  say('athletes who ride for hours');
  return outcomeOf(
    figureOf(samplesPerS),
    fleet[0].metrics,
    statesOfAthletes(options.smoke ? SMOKE_ATHLETES : undefined),
  );
}

function newMetrics(): LiveMetrics {
  return createActivityMetrics({ sport: 'ride', startS: START_S, altitudeSource: 'barometer', profile: RIDE_PROFILE });
}

function outcomeOf(samplesPerS: Figure, one: LiveMetrics, states: readonly AthleteState[]): Outcome {
  const rounded = (value: number) => Math.round(value).toLocaleString('en-US');
  const reasons = states.flatMap(({ hours, dataBytes, limitBytes, isSameRestored }) => [
    ...(dataBytes > limitBytes ? [`after ${hours} h the state has ${dataBytes} bytes, over ${limitBytes}`] : []),
    ...(isSameRestored ? [] : [`after ${hours} h a restored activity has other metrics`]),
  ]);
  if (one.snapshot().peak_power.value === null) reasons.push('the activities had no power: nothing was measured');
  return {
    lines: [
      `samples/s a core     ${rounded(samplesPerS.value)} (${rounded(samplesPerS.min)} to ${rounded(samplesPerS.max)})`,
      ...states.map(
        ({ hours, bytes, dataBytes, headBytes }) =>
          `state after ${hours} h      ${rounded(bytes)} bytes: ` +
          `${rounded(dataBytes)} of numbers; ${rounded(headBytes)} kept each time`,
      ),
    ],
    measured: { activities: ACTIVITIES, samplesPerSecond: SAMPLES_PER_SECOND, states },
    figures: {
      samplesPerS,
      stateBytesAfter3h: figureOf([states[2].bytes]),
      stateBytesAfter6h: figureOf([states[5].bytes]),
    },
    reasons,
  };
}
