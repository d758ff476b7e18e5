import { type Course, createCourse } from './course.ts';
import type { Random } from './random.ts';

export const SPORTS = ['run', 'ride'] as const;
export type Sport = (typeof SPORTS)[number];

/** What an athlete's body and machine do in one second, in ordinary units. */
export interface Moment {
  latitude: number;
  longitude: number;
  altitudeM: number;
  accuracyM: number;
  speedMps: number;
  distanceM: number;
  heartRateBpm: number;
  powerW: number;
  cadenceRpm: number;
  steps: number;
  respirationRpm: number;
  skinC: number;
  ambientC: number;
  spo2Percent: number;
  batteryPercent: number;
  /** Beats of this second: ms after the second began, and the interval that each beat ended, ms. */
  beats: { afterMs: number; intervalMs: number }[];
}

interface Body {
  readonly massKg: number;
  readonly thresholdW: number;
  readonly restingBpm: number;
  readonly maxBpm: number;
}

const GRAVITY = 9.81;
/** Energy cost of running on the flat, J per kg and metre, and what a gradient adds (near linear for small ones). */
const RUN_COST = 3.6;
const RUN_COST_PER_GRADIENT = 19;
/** A runner's mechanical power, as foot pods state it, is about a quarter of the metabolic one. */
const RUN_EFFICIENCY = 0.25;
const BIKE_KG = 9;
const ROLLING = 0.005;
const HALF_AIR_DENSITY_CDA = 0.5 * 1.2 * 0.32;

/**
 * One athlete on one loop, second by second. Effort drives everything: speed follows power and gradient, heart rate
 * and breathing follow effort with a lag, beats follow heart rate, skin warms, the battery falls.
 */
export function createAthlete(random: Random, sport: Sport) {
  const body: Body = {
    massKg: random.between(52, 88),
    thresholdW: random.between(sport === 'run' ? 230 : 180, sport === 'run' ? 330 : 320),
    restingBpm: random.between(42, 62),
    maxBpm: random.between(176, 198),
  };
  const course = createCourse(random, sport === 'run' ? random.between(1_500, 5_000) : random.between(6_000, 25_000));
  const intervalS = random.integer(120, 420);
  const phase = random.between(0, 2 * Math.PI);
  const drain = random.between(0.0012, 0.003);
  const state = {
    second: 0,
    noise: 0,
    speedMps: 0.5,
    distanceM: 0,
    heartRateBpm: body.restingBpm + 15,
    breathing: 14,
    skinC: 31.5,
    ambientC: random.between(4, 27),
    battery: random.between(55, 100),
    steps: 0,
    /** When the next beat falls, ms from the start; the interval that it ends. */
    nextBeatMs: 0,
    intervalMs: 900,
  };

  /** Share of threshold power: a warm-up, then intervals around three quarters with slow noise. */
  function effort(): number {
    const warm = Math.min(1, 0.5 + state.second / 1_200);
    const wave = 0.18 * Math.tanh(4 * Math.sin((2 * Math.PI * state.second) / intervalS + phase));
    state.noise = 0.97 * state.noise + 0.01 * random.gaussian();
    return Math.max(0.05, warm * (0.78 + wave + state.noise));
  }

  return function nextSecond(): Moment {
    const share = effort();
    const here = course.at(state.distanceM);
    const powerW = Math.max(0, body.thresholdW * share * (1 + 0.03 * random.gaussian()));
    state.speedMps = sport === 'run' ? runSpeed(powerW, here.gradient) : rideSpeed(powerW, here.gradient);
    state.distanceM += state.speedMps;
    const targetBpm = body.restingBpm + (body.maxBpm - body.restingBpm) * Math.min(1, 0.18 + 0.68 * share);
    state.heartRateBpm += (targetBpm - state.heartRateBpm) / 28 + 0.25 * random.gaussian();
    state.breathing += (11 + 33 * share - state.breathing) / 22 + 0.15 * random.gaussian();
    state.skinC += (31 + 3.2 * share - state.skinC) / 300 + 0.004 * random.gaussian();
    state.ambientC += 0.004 * random.gaussian();
    state.battery = Math.max(1, state.battery - drain);
    const cadenceRpm = Math.max(0, sport === 'run' ? 78 + 2.6 * state.speedMps : 74 + 22 * share) + random.gaussian();
    if (sport === 'run') state.steps += (2 * cadenceRpm) / 60;
    const moment: Moment = {
      ...position(course, random),
      speedMps: state.speedMps,
      distanceM: state.distanceM,
      heartRateBpm: state.heartRateBpm,
      powerW,
      cadenceRpm,
      steps: Math.floor(state.steps),
      respirationRpm: state.breathing,
      skinC: state.skinC,
      ambientC: state.ambientC,
      spo2Percent: Math.min(100, 97.4 - 1.2 * share + 0.3 * random.gaussian()),
      batteryPercent: state.battery,
      beats: beatsOfThisSecond(),
    };
    state.second++;
    return moment;
  };

  function position(loop: Course, chance: Random) {
    const place = loop.at(state.distanceM);
    const accuracyM = 3 + Math.abs(chance.gaussian());
    return {
      latitude: place.latitude + 6e-6 * chance.gaussian(),
      longitude: place.longitude + 6e-6 * chance.gaussian(),
      altitudeM: place.altitudeM + 0.2 * chance.gaussian(),
      accuracyM,
    };
  }

  function runSpeed(powerW: number, gradient: number): number {
    const cost = Math.max(1.7, RUN_COST + RUN_COST_PER_GRADIENT * gradient);
    const wanted = Math.min(7, powerW / RUN_EFFICIENCY / (body.massKg * cost));
    return state.speedMps + (wanted - state.speedMps) / 5;
  }

  /** Newton's law with rolling, climbing and air resistance (Martin et al. 1998), one second at a time. */
  function rideSpeed(powerW: number, gradient: number): number {
    const totalKg = body.massKg + BIKE_KG;
    const speed = Math.max(1.5, state.speedMps);
    const force = powerW / speed - totalKg * GRAVITY * (ROLLING + gradient) - HALF_AIR_DENSITY_CDA * speed * speed;
    return Math.min(22, Math.max(0.8, state.speedMps + force / totalKg));
  }

  /** Beats follow heart rate, quickened by breathing in (respiratory arrhythmia), less so the harder the effort. */
  function beatsOfThisSecond(): Moment['beats'] {
    const startMs = state.second * 1_000;
    const beats: Moment['beats'] = [];
    while (state.nextBeatMs < startMs + 1_000) {
      beats.push({ afterMs: state.nextBeatMs - startMs, intervalMs: state.intervalMs });
      const ease = Math.max(0.005, (body.maxBpm - state.heartRateBpm) / body.maxBpm) * 0.08;
      const breath = Math.sin((2 * Math.PI * state.nextBeatMs * state.breathing) / 60_000);
      state.intervalMs = (60_000 / state.heartRateBpm) * (1 + ease * breath + 0.004 * random.gaussian());
      state.nextBeatMs += state.intervalMs;
    }
    return beats;
  }
}
