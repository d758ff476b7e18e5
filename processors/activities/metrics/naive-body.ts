import { BANISTER, HOLD_S as HEART_RATE_HOLD_S, KEYTEL } from './heart-rate.ts';
import { channel, held, isNumber, type NaiveActivity, sum } from './naive-activity.ts';
import { HOLD_S as POWER_HOLD_S } from './power.ts';
import { MAX_REJECTED, TOLERANCE } from './variability.ts';

/** Heart rate in each second, held; what an athlete's numbers make of it. */
export function naiveHeartRate(activity: NaiveActivity, paused: readonly boolean[]) {
  const measured = channel(activity, paused, 'heart_rate');
  const bpm = held(activity, measured, HEART_RATE_HOLD_S);
  const values = bpm.filter(isNumber);
  const { restingHeartRateBpm: rest, maxHeartRateBpm: max, heartRateZonesBpm: zones, sex } = activity.config.profile;
  const { weightKg, birthDate } = activity.config.profile;
  const hasRates = rest !== undefined && max !== undefined;
  const zoneOf = (value: number) => zones!.reduce((zone, from, i) => (value >= from ? i + 1 : zone), 0);
  const edwards = (value: number) =>
    [0.5, 0.6, 0.7, 0.8, 0.9].filter((share) => value * 10 >= share * 10 * max!).length;
  const banister = (value: number) => {
    const reserve = Math.min(1, Math.max(0, (value - rest!) / (max! - rest!)));
    return (reserve * BANISTER[sex!][0] * Math.exp(BANISTER[sex!][1] * reserve)) / 60;
  };
  const keytel = (value: number) => {
    const age = (activity.config.startS - Date.parse(birthDate!) / 1000) / 86_400 / 365.2425;
    const { base, perBpm, perKg, perYear } = KEYTEL[sex!];
    return Math.max(0, base + perBpm * value + perKg * weightKg! + perYear * age) / 60;
  };
  const hasBody = sex !== undefined && weightKg !== undefined && birthDate !== undefined;
  const any = values.length > 0;
  return {
    bpm,
    average: any ? sum(values) / values.length : null,
    max: any ? Math.max(...measured.filter(isNumber)) : null,
    zones:
      any && zones ? [0, ...zones].map((_, zone) => values.filter((value) => zoneOf(value) === zone).length) : null,
    banister: any && hasRates && sex ? sum(values.map(banister)) : null,
    edwards: any && max !== undefined ? sum(values.map(edwards)) / 60 : null,
    kcal: any && hasBody ? (sum(values.map(keytel)) * 1000) / 4184 : null,
  };
}

/** Power in each second, held, and what is made of it. */
export function naivePower(activity: NaiveActivity, paused: readonly boolean[]) {
  const measured = channel(activity, paused, 'power');
  const watts = held(activity, measured, POWER_HOLD_S);
  const values = watts.filter(isNumber);
  const any = values.length > 0;
  // Runs of seconds with power; paused seconds are cut out, others without power end a run.
  const runs: number[][] = [[]];
  watts.forEach((value, i) => {
    if (value !== undefined) runs[runs.length - 1].push(value);
    else if (!paused[i]) runs.push([]);
  });
  const means = runs.flatMap((run) => run.slice(29).map((_, i) => sum(run.slice(i, i + 30)) / 30));
  const normalized = means.length > 0 ? (sum(means.map((mean) => mean ** 4)) / means.length) ** (1 / 4) : null;
  const { ftpW, criticalPowerW = ftpW, wPrimeJ } = activity.config.profile;
  const intensity = normalized !== null && ftpW !== undefined ? normalized / ftpW : null;
  const average = any ? sum(values) / values.length : null;
  let left = wPrimeJ ?? 0;
  let least = left;
  const first = watts.findIndex(isNumber);
  watts.forEach((value, i) => {
    const now = paused[i] && first >= 0 && i > first ? 0 : value;
    if (now === undefined || criticalPowerW === undefined || wPrimeJ === undefined) return;
    if (now >= criticalPowerW) left -= now - criticalPowerW;
    else left = wPrimeJ - (wPrimeJ - left) * Math.exp(-(criticalPowerW - now) / wPrimeJ);
    least = Math.min(least, left);
  });
  return {
    first,
    series: watts.slice(Math.max(0, first)).map((value) => value ?? 0),
    isFilled: watts.map((_, i) => !paused[i] && measured[i] === undefined).slice(Math.max(0, first)),
    seconds: values.length,
    average,
    max: any ? Math.max(...measured.filter(isNumber)) : null,
    work: any ? sum(values) : null,
    normalized,
    intensity,
    stress: intensity === null ? null : (values.length / 3600) * intensity * intensity * 100,
    variability: normalized === null || average === null || average === 0 ? null : normalized / average,
    balance: any && wPrimeJ !== undefined && criticalPowerW !== undefined ? { currentJ: left, leastJ: least } : null,
  };
}

/** Accepted intervals, their differences, and two formulas on lists. */
export function naiveBeats({ beats }: NaiveActivity) {
  const accepted: { atMs: number; interval: number; nth: number }[] = [];
  beats.forEach(({ atMs, interval }, nth) => {
    const last = accepted[accepted.length - 1];
    const isClose = last === undefined || Math.abs(interval - last.interval) <= TOLERANCE * last.interval;
    if (isClose || nth - last.nth > MAX_REJECTED) accepted.push({ atMs, interval, nth });
  });
  const differences = accepted.slice(1).flatMap(({ atMs, interval, nth }, i) => {
    const last = accepted[i];
    const follows = nth === last.nth + 1 && Math.abs((atMs - last.atMs) * 10 - interval) <= TOLERANCE * interval;
    return follows ? [(interval - last.interval) / 10] : [];
  });
  const ms = accepted.map(({ interval }) => interval / 10);
  const mean = sum(ms) / ms.length;
  const variance = sum(ms.map((value) => (value - mean) ** 2)) / (ms.length - 1);
  return {
    rmssd: differences.length > 0 ? Math.sqrt(sum(differences.map((ms) => ms * ms)) / differences.length) : null,
    sdnn: ms.length > 1 ? Math.sqrt(variance) : null,
    rejectedShare: beats.length === 0 ? 0 : (beats.length - accepted.length) / beats.length,
  };
}
