/**
 * What happened to an activity, as the device or the file says: the codes of the channels `event` and `sport`. Codes
 * are written in stores and files for ever, so a new one goes to the end.
 */
export const EVENT_TYPES = ['start', 'stop', 'pause', 'resume', 'lap', 'sport'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** A sport together with where or how it is done, because limits, zones and metrics differ by both. */
export const SPORTS = [
  'run',
  'trail_run',
  'treadmill_run',
  'ride',
  'indoor_ride',
  'mountain_bike_ride',
  'pool_swim',
  'open_water_swim',
  'walk',
  'hike',
  'row',
  'indoor_row',
  'cross_country_ski',
  'alpine_ski',
  'strength',
  'transition',
  'other',
] as const;
export type Sport = (typeof SPORTS)[number];

/** From 1, because a missing protobuf number is 0. */
export function eventCode(type: EventType): number {
  return EVENT_TYPES.indexOf(type) + 1;
}

/** Null for a code that this version does not know. */
export function eventOfCode(code: number): EventType | null {
  return EVENT_TYPES[code - 1] ?? null;
}

export function sportCode(sport: Sport): number {
  return SPORTS.indexOf(sport) + 1;
}

/** Null for a code that this version does not know. */
export function sportOfCode(code: number): Sport | null {
  return SPORTS[code - 1] ?? null;
}
