import type { ActivityEvent } from './activity-metrics.ts';
import { type MetricsConfig, SPORTS } from './config.ts';

/** An activity as whole lists: what a simple reader of the stored samples has. Values by channel name, stored units. */
export interface NaiveActivity {
  readonly config: MetricsConfig;
  /** One entry for each second from the start to the last with anything; undefined without a row. */
  readonly seconds: readonly (NaiveSecond | undefined)[];
  readonly beats: readonly { readonly atMs: number; readonly interval: number }[];
  /** In order; each takes effect after the second it is in, which counts from the start. */
  readonly events: readonly { readonly event: ActivityEvent; readonly second: number }[];
}

export type NaiveSecond = Readonly<Record<string, number | undefined>>;

/** Whether each second was paused: the last pause or resume in a second before it says so. */
export function pausedSeconds({ seconds, events }: NaiveActivity): boolean[] {
  return seconds.map((_, i) => {
    const before = events.filter(({ event, second }) => second < i && (event === 'pause' || event === 'resume'));
    return before.length > 0 && before[before.length - 1].event === 'pause';
  });
}

/** Seconds after which something was paused: nothing on both sides of one is joined. */
export function pauseMarks({ events }: NaiveActivity): number[] {
  return events.filter(({ event }) => event === 'pause').map(({ second }) => second);
}

/** The channel in each second; undefined where it is missing or paused. */
export function channel(activity: NaiveActivity, paused: readonly boolean[], name: string): (number | undefined)[] {
  return activity.seconds.map((second, i) => (paused[i] ? undefined : second?.[name]));
}

/** Each value held for at most `holdS` seconds, but not into or across a pause. */
export function held(activity: NaiveActivity, values: readonly (number | undefined)[], holdS: number) {
  const paused = pausedSeconds(activity);
  const pauses = pauseMarks(activity);
  return values.map((_, i) => {
    if (paused[i]) return undefined;
    for (let j = i; j >= 0 && i - j <= holdS; j--) {
      if (pauses.some((pause) => pause >= j && pause < i)) return undefined;
      if (values[j] !== undefined) return values[j];
    }
    return undefined;
  });
}

export const rulesOf = ({ config }: NaiveActivity) => SPORTS[config.sport];

export const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
export const isNumber = (value: number | undefined): value is number => value !== undefined;
