import { UNKNOWN_SPORT } from './activity.ts';

/**
 * What programs write into GPX's `type` and TCX's `Sport`, in lower case without blanks, as names of the FIT profile.
 * Strava's GPX has numbers as well.
 */
const NAMES: Readonly<Record<string, readonly [sport: string, subSport: string]>> = {
  running: ['running', UNKNOWN_SPORT],
  run: ['running', UNKNOWN_SPORT],
  '9': ['running', UNKNOWN_SPORT],
  trailrunning: ['running', 'trail'],
  trail_running: ['running', 'trail'],
  treadmill_running: ['running', 'treadmill'],
  biking: ['cycling', UNKNOWN_SPORT],
  cycling: ['cycling', UNKNOWN_SPORT],
  ride: ['cycling', UNKNOWN_SPORT],
  road_biking: ['cycling', 'road'],
  mountain_biking: ['cycling', 'mountain'],
  indoor_cycling: ['cycling', 'indoor_cycling'],
  virtual_ride: ['cycling', 'virtual_activity'],
  '1': ['cycling', UNKNOWN_SPORT],
  walking: ['walking', UNKNOWN_SPORT],
  walk: ['walking', UNKNOWN_SPORT],
  '10': ['walking', UNKNOWN_SPORT],
  hiking: ['hiking', UNKNOWN_SPORT],
  hike: ['hiking', UNKNOWN_SPORT],
  '4': ['hiking', UNKNOWN_SPORT],
  swimming: ['swimming', UNKNOWN_SPORT],
  swim: ['swimming', UNKNOWN_SPORT],
  lap_swimming: ['swimming', 'lap_swimming'],
  open_water_swimming: ['swimming', 'open_water'],
  rowing: ['rowing', UNKNOWN_SPORT],
  cross_country_skiing: ['cross_country_skiing', UNKNOWN_SPORT],
  multisport: ['multisport', UNKNOWN_SPORT],
};
/** What our own files say: `sport/sub_sport`. */
const OWN = /^([a-z_]{1,40})\/([a-z_]{1,40})$/;

/** Names of the FIT profile for what a GPX or TCX file calls its sport. */
export function sportNamed(text: string): [sport: string, subSport: string] {
  const own = OWN.exec(text);
  if (own !== null) return [own[1], own[2]];
  const [sport, subSport] = NAMES[text.trim().toLowerCase().replaceAll(' ', '_')] ?? [UNKNOWN_SPORT, UNKNOWN_SPORT];
  return [sport, subSport];
}

/** The same for our own files, so that nothing is lost in a field that takes any text. */
export const sportText = ({ sport, subSport }: { sport: string; subSport: string }) => `${sport}/${subSport}`;
