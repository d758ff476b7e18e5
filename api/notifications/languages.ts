import type { Sport } from '../../schemas/events.ts';
import { type RecordKind, unitOfRecord } from '../../schemas/record.ts';
import { type Units, writtenInUnit } from '../../schemas/units.ts';
import type { LANGUAGES } from '../profile/statements.ts';

export type Language = (typeof LANGUAGES)[number];

/** How somebody reads what they are told: as their profile says. */
export interface Reader {
  readonly language: Language;
  readonly units: Units;
  /** Of what is said by the clock. */
  readonly timeZone: string;
}

/** Of a row of a profile, or of none. */
export function readerOf(row: ReaderRow | undefined): Reader {
  return {
    ...{ language: (row?.language ?? 'en') as Language, units: (row?.units ?? 'metric') as Units },
    timeZone: row?.time_zone ?? 'UTC',
  };
}

interface ReaderRow {
  readonly language: string | null;
  readonly units: string | null;
  readonly time_zone: string | null;
}

/** A text in each language. */
export type InEach<T = string> = Readonly<Record<Language, T>>;

const SPORTS: Readonly<Record<Sport, InEach>> = {
  run: { en: 'run', ru: 'бег' },
  trail_run: { en: 'trail run', ru: 'трейл' },
  treadmill_run: { en: 'treadmill run', ru: 'беговая дорожка' },
  ride: { en: 'ride', ru: 'велосипед' },
  indoor_ride: { en: 'indoor ride', ru: 'велостанок' },
  mountain_bike_ride: { en: 'mountain bike ride', ru: 'горный велосипед' },
  pool_swim: { en: 'pool swim', ru: 'бассейн' },
  open_water_swim: { en: 'open water swim', ru: 'открытая вода' },
  walk: { en: 'walk', ru: 'ходьба' },
  hike: { en: 'hike', ru: 'поход' },
  row: { en: 'row', ru: 'гребля' },
  indoor_row: { en: 'indoor row', ru: 'гребной тренажёр' },
  cross_country_ski: { en: 'cross-country ski', ru: 'беговые лыжи' },
  alpine_ski: { en: 'alpine ski', ru: 'горные лыжи' },
  strength: { en: 'strength', ru: 'силовая' },
  transition: { en: 'transition', ru: 'переход' },
  other: { en: 'other', ru: 'другое' },
};

export const sportName = (sport: Sport, language: Language): string => SPORTS[sport][language];

/** Names of records that are no number with its unit. */
const RECORDS: Readonly<Record<string, InEach>> = {
  distance: { en: 'longest distance', ru: 'самое большое расстояние' },
  duration: { en: 'longest time moving', ru: 'самое долгое движение' },
  climb: { en: 'most climb', ru: 'самый большой набор высоты' },
  'half mile': { en: 'half mile', ru: 'полмили' },
  '1 mile': { en: '1 mile', ru: '1 миля' },
  '2 miles': { en: '2 miles', ru: '2 мили' },
  'half marathon': { en: 'half marathon', ru: 'полумарафон' },
  marathon: { en: 'marathon', ru: 'марафон' },
};

const UNITS: InEach<Readonly<Record<string, string>>> = {
  en: { s: 's', min: 'min', h: 'h', m: 'm', km: 'km', W: 'W' },
  ru: { s: 'с', min: 'мин', h: 'ч', m: 'м', km: 'км', W: 'Вт' },
};

/** `5 km` as it is said in the language. */
export function recordName(name: string, language: Language): string {
  return RECORDS[name]?.[language] ?? name.replace(/ (km|m|s)$/, (_, unit: string) => ` ${UNITS[language][unit]}`);
}

/** A record's value with its unit: times as h:mm:ss, lengths in the units of who reads it. */
export function recordValue(kind: RecordKind, name: string, value: number, reader: Reader): string {
  const unit = unitOfRecord(kind, name);
  if (unit === 's') return duration(value);
  if (unit === 'm') return name === 'climb' ? height(value, reader) : distance(value, reader);
  return amount(Math.round(value), unit, reader.language);
}

export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60), whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Below a kilometre metres are said; in miles a part of one. */
export function distance(metres: number, { language, units }: Reader): string {
  const kind = units === 'metric' && metres < 1_000 ? 'high' : 'long';
  return writtenInUnit(language, units, kind, metres, kind === 'high' ? 0 : 2);
}

/** A climb, to a whole metre or foot. */
export const height = (metres: number, { language, units }: Reader) =>
  writtenInUnit(language, units, 'high', metres, 0);

const numbersIn = (language: Language) => new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
const NUMBERS: InEach<Intl.NumberFormat> = { en: numbersIn('en'), ru: numbersIn('ru') };

function amount(value: number, unit: string, language: Language): string {
  return `${NUMBERS[language].format(value)} ${UNITS[language][unit]}`;
}
