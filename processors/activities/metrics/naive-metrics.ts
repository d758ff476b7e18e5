import type { ActivityMetrics, MetricName } from '../../../schemas/activity-metrics.ts';
import { CHANNELS, channelIndex } from '../../../schemas/channels.ts';
import { HOLD_S, MAX_DM_PER_S, STEP_SLACK_DM, THRESHOLD_DM } from './elevation.ts';
import { channel, isNumber, type NaiveActivity, pausedSeconds, pauseMarks, rulesOf, sum } from './naive-activity.ts';
import { naiveBeats, naiveHeartRate, naivePower } from './naive-body.ts';
import { type Close, naiveCloses, naiveWay, sumCm } from './naive-motion.ts';
import { naiveEfforts, naivePeaks } from './naive-stretches.ts';

export type NaiveValues = Record<MetricName, unknown>;

/**
 * Every metric of an activity as its definition says, by loops over whole lists: what the accumulators have to agree
 * with. Slow on purpose; shares definitions and constants with them, no code.
 */
export function naiveMetrics(activity: NaiveActivity): NaiveValues {
  const paused = pausedSeconds(activity);
  const closes = naiveCloses(activity, paused);
  const { cm, isPoor } = naiveWay(closes);
  const rules = rulesOf(activity);
  const evident = closes.filter(({ isPaused }) => !isPaused);
  const hasDistance = evident.some(({ by }) => by !== 'turning');
  const elapsedS = Math.max(0, activity.seconds.length - 1);
  const timerS = elapsedS - paused.filter((one) => one).length;
  const movingAt = (closed: readonly Close[]) =>
    sum(closed.filter(({ isMoving }) => isMoving).map(({ from, to }) => to - Math.max(0, from)));
  const movingS = evident.length > 0 ? movingAt(closes) : timerS;
  const distanceM = (cm[cm.length - 1] ?? 0) / 100;
  const ways = cm.map((sumCm, i) => sumCm - (i === 0 ? 0 : cm[i - 1]));
  const heart = naiveHeartRate(activity, paused);
  const power = naivePower(activity, paused);
  const climbs = naiveClimbs(activity, paused);
  const peakPace = naivePeaks(ways, isPoor, 0, 100);
  const adjustedMps = naiveAdjustedCm(activity, closes, climbs) / 100 / movingS;
  const threshold = activity.config.profile.thresholdSpeedMps;
  const isPaced = hasDistance && rules.isOnFoot && movingS > 0;
  const lastClose = closes[closes.length - 1];
  const lastTen = ways.slice(-10);
  const current = lastClose?.isMoving ? sum(lastTen) / 100 / Math.min(10, cm.length - 1) : 0;
  const beats = naiveBeats(activity);

  /** What had come to pass by the end of second `until`, when the close that ends there was known. */
  const totals = (until: number) => ({
    movingS: movingAt(closes.filter(({ to }) => to <= until)),
    beats: heart.bpm.slice(0, until + 1).filter(isNumber),
    gainDm: climbs[until]?.gainDm ?? 0,
    lossDm: climbs[until]?.lossDm ?? 0,
  });
  const stretches = (ends: readonly { endMs: number; wayCm: number; until: number }[]) =>
    ends.map(({ endMs, wayCm, until }, nth) => {
      const before = nth === 0 ? { endMs: 0, wayCm: 0, until: -1 } : ends[nth - 1];
      const [then, now] = [totals(before.until), totals(until)];
      const own = now.beats.slice(then.beats.length);
      return {
        distanceM: (wayCm - before.wayCm) / 100,
        endS: endMs / 1000,
        elapsedS: (endMs - before.endMs) / 1000,
        movingS: now.movingS - then.movingS,
        heartRateBpm: own.length === 0 ? null : sum(own) / own.length,
        elevationGainM: (now.gainDm - then.gainDm) / 10,
        elevationLossM: (now.lossDm - then.lossDm) / 10,
      };
    });
  const splits = (everyM: number) => {
    const ends: { endMs: number; wayCm: number; until: number }[] = [];
    cm.forEach((sumCm, i) => {
      while (sumCm >= (ends.length + 1) * everyM * 100) {
        const markCm = (ends.length + 1) * everyM * 100;
        const endMs = Math.round(1000 * (i - (sumCm - markCm) / ways[i]));
        // Movement is known when the close ends, heartbeats and climbing go on until then.
        ends.push({ endMs, wayCm: Math.round(markCm), until: closes.find(({ to }) => to >= i)!.to });
      }
    });
    return stretches(ends);
  };
  const laps = activity.events
    .filter(({ event }) => event === 'lap')
    .map(({ second }) => {
      const closed = closes.filter(({ to }) => to <= second);
      const at = closed.length === 0 ? 0 : closed[closed.length - 1].to;
      return { endMs: 1000 * second, wayCm: cm[at] ?? 0, until: second };
    });
  const range = (name: string) => {
    const values = channel(activity, paused, name)
      .filter(isNumber)
      .filter((value) => name !== 'cadence' || value > 0);
    const { scale } = CHANNELS[channelIndex(name)];
    if (values.length === 0) return null;
    return {
      mean: sum(values) / values.length / scale,
      min: Math.min(...values) / scale,
      max: Math.max(...values) / scale,
    };
  };
  const ifWay = <T>(value: T) => (hasDistance ? value : null);
  const powerKcal = power.seconds === 0 ? null : { kcal: power.work! / 0.24 / 4184, method: 'power' };
  const isPowerEnough = power.seconds >= 0.8 * (activity.seconds.length - paused.filter((one) => one).length);
  const heartKcal = heart.kcal === null ? null : { kcal: heart.kcal, method: 'heart_rate' };
  const hasAltitude = channel(activity, paused, 'altitude').some(isNumber);
  return {
    elapsed_s: elapsedS,
    timer_s: timerS,
    moving_s: movingS,
    distance_m: ifWay(distanceM),
    current_speed_mps: cm.length < 2 ? null : ifWay(current),
    average_speed_mps: movingS > 0 ? ifWay(distanceM / movingS) : null,
    max_speed_mps: ifWay(peakPace[0]?.value ?? null),
    grade_adjusted_speed_mps: isPaced ? adjustedMps : null,
    elevation_gain_m: hasAltitude ? climbs[climbs.length - 1].gainDm / 10 : null,
    elevation_loss_m: hasAltitude ? climbs[climbs.length - 1].lossDm / 10 : null,
    splits_metric: ifWay(splits(rules.metricSplitM)),
    splits_imperial: ifWay(splits(rules.imperialSplitM)),
    laps: stretches(laps),
    average_heart_rate_bpm: heart.average,
    max_heart_rate_bpm: heart.max,
    heart_rate_zones_s: heart.zones,
    trimp_banister: heart.banister,
    trimp_edwards: heart.edwards,
    average_power_w: power.average,
    max_power_w: power.max,
    work_j: power.work,
    normalized_power_w: power.normalized,
    intensity_factor: power.intensity,
    training_stress: power.stress,
    variability_index: power.variability,
    running_stress: isPaced && threshold !== undefined ? (movingS / 3600) * (adjustedMps / threshold) ** 2 * 100 : null,
    w_balance: power.balance,
    peak_power: power.seconds > 0 ? naivePeaks(power.series, power.isFilled, power.first, 1) : null,
    peak_pace: ifWay(peakPace),
    best_efforts: ifWay(naiveEfforts(cm, isPoor)),
    calories: powerKcal !== null && (isPowerEnough || heartKcal === null) ? powerKcal : heartKcal,
    cadence_rpm: range('cadence'),
    spo2_percent: range('spo2'),
    respiration_per_min: range('respiration_rate'),
    air_temperature_c: range('ambient_temperature'),
    skin_temperature_c: range('skin_temperature'),
    wet: activity.config.sport === 'swim' || (activity.config.profile.isWet ?? null),
    steps: naiveSteps(channel(activity, paused, 'steps')),
    rmssd_ms: beats.rmssd,
    sdnn_ms: beats.sdnn,
  };
}

interface Climb {
  readonly gainDm: number;
  readonly lossDm: number;
  readonly steps: number;
  /** The altitude then; undefined when the last one is too old. */
  readonly dm: number | undefined;
}

function naiveClimbs(activity: NaiveActivity, paused: readonly boolean[]): Climb[] {
  const altitudes = channel(activity, paused, 'altitude');
  const pauses = pauseMarks(activity);
  const thresholdDm = THRESHOLD_DM[activity.config.altitudeSource];
  let [gainDm, lossDm, steps] = [0, 0, 0];
  let counted = 0;
  let last: { dm: number; second: number } | undefined;
  return altitudes.map((dm, second) => {
    if (last !== undefined && pauses.some((pause) => pause >= last!.second && pause < second)) last = undefined;
    if (dm !== undefined) {
      const isStep =
        last !== undefined && Math.abs(dm - last.dm) > MAX_DM_PER_S * (second - last.second) + STEP_SLACK_DM;
      if (isStep) steps++;
      if (last === undefined || isStep) counted = dm;
      else if (Math.abs(dm - counted) >= thresholdDm) {
        if (dm > counted) gainDm += dm - counted;
        else lossDm += counted - dm;
        counted = dm;
      }
      last = { dm, second };
    }
    return { gainDm, lossDm, steps, dm: last !== undefined && second - last.second <= HOLD_S ? last.dm : undefined };
  });
}

/** Minetti's polynomial over stretches of thirty metres and more. */
function naiveAdjustedCm(activity: NaiveActivity, closes: readonly Close[], climbs: readonly Climb[]): number {
  const pauses = pauseMarks(activity);
  const ends = closes.map(({ to }, nth) => ({ to, cm: sumCm(closes.slice(0, nth + 1)) }));
  let from: { cm: number; dm: number | undefined; steps: number; to: number } = {
    cm: 0,
    dm: undefined,
    steps: 0,
    to: -1,
  };
  let extraCm = 0;
  for (const { to, cm } of ends) {
    if (closes.find((close) => close.to === to)!.isPaused) continue;
    const pause = pauses.filter((second) => second < to && second >= from.to).pop();
    if (pause !== undefined) {
      const before = ends.filter((end) => end.to <= pause).pop();
      from = { cm: before?.cm ?? 0, dm: undefined, steps: 0, to: pause + 0.5 };
    }
    const { dm, steps } = climbs[to];
    if (cm - from.cm < 3_000) {
      if (cm === from.cm && from.dm === undefined) from = { cm, dm, steps, to };
      continue;
    }
    if (dm !== undefined && from.dm !== undefined && steps === from.steps) {
      const i = Math.min(0.45, Math.max(-0.45, (10 * (dm - from.dm)) / (cm - from.cm)));
      const cost = 155.4 * i ** 5 - 30.4 * i ** 4 - 43.3 * i ** 3 + 46.3 * i ** 2 + 19.5 * i + 3.6;
      extraCm += (cm - from.cm) * (cost / 3.6 - 1);
    }
    from = { cm, dm, steps, to };
  }
  return extraCm + (ends[ends.length - 1]?.cm ?? 0);
}

function naiveSteps(values: readonly (number | undefined)[]): number | null {
  const known = values.flatMap((value, second) => (value === undefined ? [] : [{ value, second }]));
  if (known.length === 0) return null;
  const grown = known.slice(1).map(({ value, second }, i) => ({
    steps: value - known[i].value,
    elapsedS: second - known[i].second,
  }));
  return sum(grown.filter(({ steps, elapsedS }) => steps >= 0 && steps <= 8 * elapsedS).map(({ steps }) => steps));
}

/** The live values in the same form: without quality, and marks, which depend on it. */
export function valuesOf(metrics: ActivityMetrics): NaiveValues {
  const bare = (value: unknown): unknown => {
    if (!Array.isArray(value)) return value;
    return value.map((one) => {
      if (typeof one !== 'object') return one;
      const { marks: _, ...rest } = one;
      return rest;
    });
  };
  return Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, bare(value)])) as NaiveValues;
}
