import type { AthleteSettings, Gear } from './athlete-settings.ts';
import type { Sport } from './events.ts';
import { derivedZones } from './heart-rate-zones.ts';
import { isWithin } from './left-out.ts';

/** The athlete as known on one day for one sport; whatever is not known is left out. */
export interface AthleteProfile {
  readonly restingHeartRateBpm?: number;
  readonly maxHeartRateBpm?: number;
  readonly thresholdHeartRateBpm?: number;
  /** Lower bounds of the zones, rising; below the first is zone 0. At most nine. */
  readonly heartRateZonesBpm?: readonly number[];
  readonly ftpW?: number;
  /** The FTP stands in when it is not known: it lies a few per cent below or above. */
  readonly criticalPowerW?: number;
  readonly wPrimeJ?: number;
  readonly thresholdSpeedMps?: number;
  readonly weightKg?: number;
  readonly heightCm?: number;
  readonly sex?: 'female' | 'male';
  /** YYYY-MM-DD. */
  readonly birthDate?: string;
  /** Whether it was wet, as the athlete said of that moment. */
  readonly isWet?: boolean;
}

/** That activities which begin from `from` up to `until` (RFC 3339) were in the wet, or were not. */
export interface StatedWet {
  readonly from: string;
  readonly until: string;
  readonly isWet: boolean;
}

/** What an athlete's settings say of one moment and one sport. */
export interface SettingsAt {
  /** Of the settings in CONFIG that said it; 0 when nobody stated any. */
  readonly version: number;
  readonly profile: AthleteProfile;
  /** Not dated: an old device that is preferred no more has its name only in old samples. */
  readonly preferredSources: readonly string[];
  /** In use by default, in the order of the settings. */
  readonly gear: readonly Gear[];
}

/** A sport of which nothing is stated is taken as the one that it is a way of doing. */
const TAKEN_AS: Partial<Record<Sport, Sport>> = {
  trail_run: 'run',
  treadmill_run: 'run',
  indoor_ride: 'ride',
  mountain_bike_ride: 'ride',
  open_water_swim: 'pool_swim',
  hike: 'walk',
  indoor_row: 'row',
};

interface Dated {
  readonly from: string;
  readonly sports?: readonly Sport[];
}

/**
 * What holds at `atMs` (ms since the epoch) in `sport`. A stated value holds from the midnight, in the settings' time
 * zone, with which its day begins, until a later one takes its place. What is stated for the sport itself comes before
 * what is stated for the sport that it is taken as, and that before what holds in all sports, whichever is later.
 *
 * Zones that are not stated follow from the threshold, else from the maximum heart rate (`heart-rate-zones.ts`).
 */
export function settingsAt(settings: AthleteSettings, atMs: number, sport: Sport): SettingsAt {
  const at = settingsOn(settings, dayOf(atMs, settings.timeZone), sport);
  const said = settings.wet?.findLast(({ from, until }) => isWithin([[Date.parse(from), Date.parse(until)]], atMs));
  return said === undefined ? at : { ...at, profile: { ...at.profile, isWet: said.isWet } };
}

/** The same by the day, YYYY-MM-DD. */
export function settingsOn(settings: AthleteSettings, day: string, sport: Sport): SettingsAt {
  const { version, body = [], heart = [], thresholds = [], gear = [], sex, birthDate } = settings;
  const known: AthleteProfile = {
    ...newest(body, day, sport),
    ...newest(heart, day, sport),
    ...newest(thresholds, day, sport),
    ...(sex !== undefined && { sex }),
    ...(birthDate !== undefined && { birthDate }),
  };
  const zones = known.heartRateZonesBpm ?? derivedZones(known, sport);
  return {
    version,
    profile: zones === undefined ? known : { ...known, heartRateZonesBpm: zones },
    preferredSources: settings.preferredSources ?? [],
    gear: gearInUse(gear, day, sport),
  };
}

/** The day in which a moment falls in a time zone (IANA name; UTC without one), YYYY-MM-DD. Throws RangeError. */
export function dayOf(atMs: number, timeZone = 'UTC'): string {
  return formatOf(timeZone).format(atMs);
}

/** Making one takes some 500 µs, using it 2: an athlete starts with each activity, and in a race thousands at once. */
const formats = new Map<string, Intl.DateTimeFormat>();
const MAX_FORMATS = 200;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  // Swedish writes days as ISO 8601 does.
  const made = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  if (formats.size >= MAX_FORMATS) formats.delete(formats.keys().next().value!);
  formats.set(timeZone, made);
  return made;
}

/** The sports under which something may be stated for this one, the closest first. */
export function sportAndBehind(sport: Sport): readonly Sport[] {
  const behind = TAKEN_AS[sport];
  return behind === undefined ? [sport] : [sport, behind];
}

/** 0 for the sport itself, more for what is further; null when it does not hold in the sport. */
function distanceTo(sport: Sport, sports: readonly Sport[] | undefined): number | null {
  const ways = sportAndBehind(sport);
  if (sports === undefined) return ways.length;
  const nearest = ways.findIndex((way) => sports.includes(way));
  return nearest < 0 ? null : nearest;
}

/** Of each value the one that holds on the day in the sport. */
function newest<Entry extends Dated>(
  entries: readonly Entry[],
  day: string,
  sport: Sport,
): Partial<Omit<Entry, 'from' | 'sports'>> {
  const holding = entries
    .map((entry) => ({ entry, distance: distanceTo(sport, entry.sports) }))
    .filter(({ entry, distance }) => distance !== null && entry.from <= day)
    .sort((a, b) => b.distance! - a.distance! || compare(a.entry.from, b.entry.from));
  // The closest and newest is spread last, so its values win.
  const { from: _, sports: __, ...values } = Object.assign({ from: '' }, ...holding.map(({ entry }) => entry));
  return values;
}

function gearInUse(gear: readonly Gear[], day: string, sport: Sport): Gear[] {
  const holding = gear
    .map((one, place) => ({ one, place, distance: distanceTo(sport, one.defaultFor) }))
    .filter(({ one, distance }) => distance !== null && one.from <= day && (one.until === undefined || day < one.until))
    .sort((a, b) => a.distance! - b.distance! || compare(b.one.from, a.one.from) || a.place - b.place);
  const taken = new Set<string>();
  return holding
    .filter(({ one: { kind } }) => kind === 'other' || (!taken.has(kind) && taken.add(kind)))
    .sort((a, b) => a.place - b.place)
    .map(({ one }) => one);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
