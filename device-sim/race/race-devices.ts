import { EVENTS_SOURCE } from '../../schemas/channels.ts';
import { eventCode, sportCode } from '../../schemas/events.ts';
import { type Activity, type Draft, toStored } from '../activity.ts';
import type { FaultPlan } from '../faults.ts';
import type { Protocol, SimulatedDevice } from '../fleet.ts';
import { createRandom } from '../random.ts';
import { writeScript } from '../script.ts';
import { columnsOfFixes, type Fix, measureRunner } from './gps-noise.ts';
import { type Entrant, type RacePlan, spanOf } from './race-plan.ts';

export interface RaceDevicesPlan {
  readonly seed: string;
  readonly plan: RacePlan;
  /** True time of the first gun, ms since the epoch. */
  readonly gunMs: number;
  readonly samplesPerFrame: number;
  readonly protocols: readonly Protocol[];
  readonly faults: FaultPlan;
}

/**
 * The devices of all who come to the start. They share the moment in which the first of them is switched on, so that
 * all play on one clock however fast that runs.
 */
export function devicesOfRace({ seed, plan, gunMs, samplesPerFrame, protocols, faults }: RaceDevicesPlan) {
  const startMs = gunMs + plan.fromMs;
  return plan.entrants.flatMap((entrant, i): SimulatedDevice[] => {
    const { device, truth, starter } = entrant;
    if (truth === null) return [];
    const identity = [device, gunMs, samplesPerFrame, JSON.stringify(faults)].join(' ');
    return [
      {
        ...{ device, startMs, athlete: starter.athlete },
        protocol: protocols[i % protocols.length],
        durationMs: gunMs + spanOf(truth).toMs - startMs,
        script: () =>
          writeScript({
            ...{ device, firmware: 'sim-race/1', startMs, faults },
            activity: measured(seed, plan, entrant, gunMs, samplesPerFrame),
            randomFor: (purpose) => createRandom(seed, `${identity} ${purpose}`),
          }),
      },
    ];
  });
}

/** What the receiver of one entrant measures, in ms from the first gun; the same at each call. */
export function fixesOf(seed: string, { line }: RacePlan, { device, body, truth, noise }: Entrant): Iterable<Fix> {
  if (truth === null) return [];
  const [receiver, sky] = [createRandom(seed, `receiver ${device}`), createRandom(seed, `sky ${body}`)];
  return measureRunner(receiver, line, truth, noise, sky);
}

function* measured(seed: string, plan: RacePlan, entrant: Entrant, gunMs: number, samplesPerFrame: number): Activity {
  const body = createRandom(seed, `heart ${entrant.body}`);
  const [restBpm, hardBpm] = [body.between(75, 95), body.between(158, 182)];
  let bpm = restBpm;
  let fixes: Fix[] = [];
  let beats: number[] = [];
  let lastMs: number | null = null;
  for (const fix of fixesOf(seed, plan, entrant)) {
    if (lastMs === null) yield event('start', gunMs + fix.timeMs);
    lastMs = gunMs + fix.timeMs;
    const isRunning = (fix.speed ?? 3_000) > 1_500;
    bpm += ((isRunning ? hardBpm : restBpm) - bpm) / 40 + 0.4 * body.gaussian();
    fixes.push({ ...fix, timeMs: lastMs });
    beats.push(bpm);
    if (fixes.length < samplesPerFrame) continue;
    yield* framesOf(fixes, beats);
    fixes = [];
    beats = [];
  }
  if (fixes.length > 0) yield* framesOf(fixes, beats);
  if (lastMs !== null) yield event('stop', lastMs + 1);
}

function framesOf(fixes: readonly Fix[], beats: readonly number[]): Draft[] {
  const timesMs = fixes.map(({ timeMs }) => timeMs);
  const { speed, ...place } = columnsOfFixes(fixes);
  return [
    {
      ...{ source: 'gps', timesMs },
      columns: {
        ...place,
        ...(speed.some((mmPerS) => mmPerS !== null) ? { speed } : {}),
      },
    },
    { source: 'hr', timesMs, columns: { heart_rate: beats.map((bpm) => toStored('heart_rate', bpm)) } },
  ];
}

function event(type: 'start' | 'stop', timeMs: number): Draft {
  return {
    source: EVENTS_SOURCE,
    timesMs: [timeMs],
    columns: { event: [eventCode(type)], sport: [type === 'start' ? sportCode('run') : null] },
  };
}
