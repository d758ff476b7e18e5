import { CHANNELS } from '../../../schemas/channels.ts';
import type { DeviceState } from '../reader.ts';

/** What can be the matter with a device, so that its owner should do something. */
export const TROUBLES = ['battery', 'silent', 'workout', 'dead_letters', 'clock'] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface LookedAt {
  /** Null: no sample of it in the time that is looked at. */
  readonly state: DeviceState | null;
  /** Frames of it that were not accepted and are kept; null while nobody can count them. */
  readonly deadLetters: number | null;
  /** Whether it is one of the sources of a workout that goes on; null while nobody knows. */
  readonly isInWorkout: boolean | null;
  readonly nowMs: number;
}

/** `there`: it is told, once. `gone`: what was told is taken back. `unsure`: what was told stays, and no more is. */
export type Finding =
  | { readonly is: 'there'; readonly value: number; readonly sinceMs: number }
  | { readonly is: 'gone' | 'unsure' };

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const BATTERY_SCALE = CHANNELS.find(({ name }) => name === 'battery')!.scale;

/** From the first to the second nothing changes, or a value that sways would be told again and again. */
const BATTERY_PERCENT = { low: 15, well: 25 };
const DEAD_SHARE = { many: 0.05, few: 0.02 };
const CLOCK_OFF_MS = { far: 5 * MINUTE_MS, near: 2 * MINUTE_MS };
/** Fewer dead frames than this are an accident. */
const MIN_DEAD = 20;
/** What a device said longer ago tells nothing of now. */
const FRESH_MS = DAY_MS;
/** Worn on so many of the last {@link HABIT_MS}, it is usually worn. */
const USUAL_DAYS = 7;
export const HABIT_MS = 14 * DAY_MS;
/** So long a device that is usually worn may be silent. */
const SILENT_MS = 2 * DAY_MS;
/** In a workout: longer than a tunnel. */
const SILENT_IN_WORKOUT_MS = 5 * MINUTE_MS;

const GONE: Finding = { is: 'gone' };
const UNSURE: Finding = { is: 'unsure' };

/** What is the matter with a device, by each kind of trouble. A pure function of what was seen. */
export function findTroubles(seen: LookedAt): Readonly<Record<Trouble, Finding>> {
  return {
    battery: batteryOf(seen),
    silent: silenceOf(seen),
    workout: silenceInWorkout(seen),
    dead_letters: deadLettersOf(seen),
    clock: clockOf(seen),
  };
}

const isFresh = (state: DeviceState, nowMs: number) => nowMs - state.lastSeenMs <= FRESH_MS;

function batteryOf({ state, nowMs }: LookedAt): Finding {
  if (state === null || state.battery === null) return GONE;
  const percent = state.battery / BATTERY_SCALE;
  if (percent >= BATTERY_PERCENT.well) return GONE;
  const isLow = percent <= BATTERY_PERCENT.low && isFresh(state, nowMs);
  return isLow ? { is: 'there', value: Math.round(percent), sinceMs: state.lastSeenMs } : UNSURE;
}

function silenceOf({ state, nowMs }: LookedAt): Finding {
  // Not seen for two weeks, it was put away.
  if (state === null || nowMs - state.lastSeenMs >= HABIT_MS) return GONE;
  if (isFresh(state, nowMs)) return GONE;
  const isSilent = state.daysSeen >= USUAL_DAYS && nowMs - state.lastSeenMs >= SILENT_MS;
  return isSilent ? { is: 'there', value: state.lastSeenMs, sinceMs: state.lastSeenMs + SILENT_MS } : UNSURE;
}

function silenceInWorkout({ state, isInWorkout, nowMs }: LookedAt): Finding {
  if (isInWorkout === null) return UNSURE;
  if (!isInWorkout || state === null) return GONE;
  if (nowMs - state.lastSeenMs < SILENT_IN_WORKOUT_MS) return GONE;
  return { is: 'there', value: state.lastSeenMs, sinceMs: state.lastSeenMs + SILENT_IN_WORKOUT_MS };
}

function deadLettersOf({ state, deadLetters, nowMs }: LookedAt): Finding {
  if (deadLetters === null) return UNSURE;
  const share = deadLetters === 0 ? 0 : deadLetters / (deadLetters + (state?.recentFrames ?? 0));
  if (share <= DEAD_SHARE.few) return GONE;
  const isMuch = deadLetters >= MIN_DEAD && share >= DEAD_SHARE.many;
  return isMuch ? { is: 'there', value: Math.round(share * 100), sinceMs: nowMs } : UNSURE;
}

function clockOf({ state, nowMs }: LookedAt): Finding {
  if (state === null) return GONE;
  const offMs = Math.abs(state.clockOffsetMs);
  if (offMs <= CLOCK_OFF_MS.near) return GONE;
  const isOff = offMs >= CLOCK_OFF_MS.far && isFresh(state, nowMs);
  return isOff ? { is: 'there', value: state.clockOffsetMs, sinceMs: state.lastSeenMs } : UNSURE;
}
