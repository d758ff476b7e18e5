import type { EventType, Sport } from '../schemas/events.ts';
import { type RecordedActivity, type Session, UNKNOWN_SPORT } from './activity.ts';

/** What happened in an activity, as devices tell it live. Times strictly increase. */
export interface TimelineEvent {
  readonly timeMs: number;
  readonly type: EventType;
  /** With `start` and `sport` only. */
  readonly sport: Sport | null;
}

/** What a damaged file says about times far from its samples did not happen. */
const MAX_AWAY_MS = 3_600_000;

/**
 * Start, pauses and stop, the beginning of each lap but the first, and of each session but the first. Where the file
 * has no start or stop, the samples say when. Two events in one millisecond get different ones: a time is a key.
 */
export function timelineOf({ startMs, endMs, sessions, laps, events }: RecordedActivity): TimelineEvent[] {
  const isNear = ({ timeMs }: TimelineEvent) => timeMs >= startMs - MAX_AWAY_MS && timeMs <= endMs + MAX_AWAY_MS;
  const own = events.map(({ timeMs, type }) => plain(timeMs, type)).filter(isNear);
  const starts = own.some(({ type }) => type === 'start') ? [] : [plain(startMs, 'start')];
  const stops = own.some(({ type }) => type === 'stop') ? [] : [plain(endMs, 'stop')];
  const later = [
    ...sessions.slice(1).map((session) => ({ ...plain(session.startMs, 'sport'), sport: sportOf(session) })),
    ...laps.slice(1).map((lap) => plain(lap.startMs, 'lap')),
  ].filter(isNear);
  const sorted = [...starts, ...own, ...later, ...stops].sort((a, b) => a.timeMs - b.timeMs);
  let lastMs = Number.NEGATIVE_INFINITY;
  return sorted.map((event) => {
    lastMs = Math.max(Math.round(event.timeMs), lastMs + 1);
    return { ...event, timeMs: lastMs, sport: event.type === 'start' ? sportOf(sessions[0]) : event.sport };
  });
}

const plain = (timeMs: number, type: EventType): TimelineEvent => ({ timeMs, type, sport: null });

/** By `sport/sub_sport`, then by sport. */
const SPORTS: Readonly<Record<string, Sport>> = {
  running: 'run',
  'running/trail': 'trail_run',
  'running/treadmill': 'treadmill_run',
  'running/indoor_running': 'treadmill_run',
  cycling: 'ride',
  'cycling/indoor_cycling': 'indoor_ride',
  'cycling/spin': 'indoor_ride',
  'cycling/virtual_activity': 'indoor_ride',
  'cycling/mountain': 'mountain_bike_ride',
  'cycling/downhill': 'mountain_bike_ride',
  swimming: 'pool_swim',
  'swimming/open_water': 'open_water_swim',
  walking: 'walk',
  hiking: 'hike',
  mountaineering: 'hike',
  rowing: 'row',
  'rowing/indoor_rowing': 'indoor_row',
  'fitness_equipment/indoor_rowing': 'indoor_row',
  'fitness_equipment/treadmill': 'treadmill_run',
  'fitness_equipment/indoor_cycling': 'indoor_ride',
  cross_country_skiing: 'cross_country_ski',
  alpine_skiing: 'alpine_ski',
  snowboarding: 'alpine_ski',
  training: 'strength',
  'training/strength_training': 'strength',
  transition: 'transition',
};

/** Our sport for names of the FIT profile. */
export function sportOf({ sport, subSport }: Pick<Session, 'sport' | 'subSport'>): Sport {
  return SPORTS[`${sport}/${subSport}`] ?? SPORTS[sport] ?? 'other';
}

const SESSIONS: Readonly<Record<Sport, readonly [sport: string, subSport: string]>> = {
  run: ['running', UNKNOWN_SPORT],
  trail_run: ['running', 'trail'],
  treadmill_run: ['running', 'treadmill'],
  ride: ['cycling', UNKNOWN_SPORT],
  indoor_ride: ['cycling', 'indoor_cycling'],
  mountain_bike_ride: ['cycling', 'mountain'],
  pool_swim: ['swimming', 'lap_swimming'],
  open_water_swim: ['swimming', 'open_water'],
  walk: ['walking', UNKNOWN_SPORT],
  hike: ['hiking', UNKNOWN_SPORT],
  row: ['rowing', UNKNOWN_SPORT],
  indoor_row: ['rowing', 'indoor_rowing'],
  cross_country_ski: ['cross_country_skiing', UNKNOWN_SPORT],
  alpine_ski: ['alpine_skiing', UNKNOWN_SPORT],
  strength: ['training', 'strength_training'],
  transition: ['transition', UNKNOWN_SPORT],
  other: [UNKNOWN_SPORT, UNKNOWN_SPORT],
};

/** Names of the FIT profile for one of our sports: what `sportOf` reads as the same sport again. */
export function sessionSport(sport: Sport): Pick<Session, 'sport' | 'subSport'> {
  const [name, subSport] = SESSIONS[sport];
  return { sport: name, subSport };
}
