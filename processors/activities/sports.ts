import type { Sport } from '../../schemas/events.ts';
import type { Sport as MetricsSport } from './metrics/config.ts';

/** Whose rules of movement, splits and effort a sport follows. */
export const METRICS_SPORT: Readonly<Record<Sport, MetricsSport>> = {
  run: 'run',
  trail_run: 'run',
  treadmill_run: 'run',
  ride: 'ride',
  indoor_ride: 'ride',
  mountain_bike_ride: 'ride',
  pool_swim: 'swim',
  open_water_swim: 'swim',
  walk: 'walk',
  hike: 'hike',
  row: 'other',
  indoor_row: 'other',
  cross_country_ski: 'other',
  alpine_ski: 'other',
  strength: 'other',
  transition: 'other',
  other: 'other',
};
