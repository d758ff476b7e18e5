import type { ActivityMetrics, Metric } from '../../../schemas/activity-metrics.ts';
import { given, maybe } from './metric.ts';
import * as pw from './power.ts';
import type { Qualities } from './quality.ts';
import type { ActivityState } from './state.ts';
import * as at from './state.ts';
import { readPowerPeaks } from './stretches.ts';
import { DEFICIT_J, MOST_J } from './w-balance.ts';

type PowerName =
  | 'average_power_w'
  | 'max_power_w'
  | 'work_j'
  | 'normalized_power_w'
  | 'intensity_factor'
  | 'training_stress'
  | 'variability_index'
  | 'w_balance'
  | 'peak_power';

/**
 * Intensity factor = normalized power / FTP; training stress (TSS) = hours × intensity² × 100; variability index =
 * normalized / average power (Coggan; Allen & Coggan, Training and Racing with a Power Meter, ch. 7).
 */
export function powerMetrics(activity: ActivityState, { power: quality }: Qualities): Pick<ActivityMetrics, PowerName> {
  const { cells, config } = activity;
  const begin = at.AT_POWER;
  const seconds = cells[begin + pw.COUNT];
  const none = maybe<never>(null, 'no_samples', quality);
  if (seconds === 0) {
    return {
      average_power_w: none,
      max_power_w: none,
      work_j: none,
      normalized_power_w: none,
      intensity_factor: none,
      training_stress: none,
      variability_index: none,
      w_balance: none,
      peak_power: none,
    };
  }
  const { ftpW, criticalPowerW = ftpW, wPrimeJ } = config.profile;
  const workJ = cells[begin + pw.SUM_J];
  const averageW = workJ / seconds;
  const rolled = cells[begin + pw.FOURTHS_N];
  const normalizedW = rolled === 0 ? null : (cells[begin + pw.FOURTHS] / rolled) ** 0.25;
  const intensity = normalizedW === null || ftpW === undefined ? null : normalizedW / ftpW;
  const byFtp = (value: number | null): Metric<number> =>
    maybe(value, normalizedW === null ? 'too_short' : 'needs_ftp', quality);
  const hasW = wPrimeJ !== undefined && criticalPowerW !== undefined;
  return {
    average_power_w: given(averageW, quality),
    max_power_w: given(cells[begin + pw.MAX], quality),
    work_j: given(workJ, quality),
    normalized_power_w: maybe(normalizedW, 'too_short', quality),
    intensity_factor: byFtp(intensity),
    training_stress: byFtp(intensity === null ? null : (seconds / 36) * intensity ** 2),
    variability_index: maybe(
      normalizedW === null || averageW === 0 ? null : normalizedW / averageW,
      'too_short',
      quality,
    ),
    w_balance: maybe(
      hasW
        ? { currentJ: wPrimeJ - cells[at.AT_W_BALANCE + DEFICIT_J], leastJ: wPrimeJ - cells[at.AT_W_BALANCE + MOST_J] }
        : null,
      'needs_w_prime',
      quality,
    ),
    peak_power: given(readPowerPeaks(activity), quality),
  };
}
