import type { Sport } from '../../schemas/events.ts';
import type { Units } from '../units.ts';

/** What people say of themselves, as the API has it. */
export interface Profile {
  readonly version: number;
  readonly updatedMs: number | null;
  readonly birthDate?: string;
  readonly sex?: 'female' | 'male';
  readonly timeZone?: string;
  readonly units?: Units;
  readonly language?: 'en' | 'ru';
  readonly region?: string;
  readonly body?: readonly DatedBody[];
  readonly heart?: readonly DatedHeart[];
  readonly thresholds?: readonly DatedThresholds[];
  readonly privacyZones?: readonly PrivacyZone[];
  readonly visibility?: Visibility;
}

/** What holds from a day on, in some sports or in all. */
export interface Dated {
  readonly from: string;
  readonly sports?: readonly Sport[];
}

export interface DatedBody extends Dated {
  readonly weightKg?: number;
  readonly heightCm?: number;
  readonly restingHeartRateBpm?: number;
}

export interface DatedHeart extends Dated {
  readonly maxHeartRateBpm?: number;
  readonly thresholdHeartRateBpm?: number;
  readonly heartRateZonesBpm?: readonly number[];
}

export interface DatedThresholds extends Dated {
  readonly ftpW?: number;
  readonly criticalPowerW?: number;
  readonly wPrimeJ?: number;
  readonly thresholdSpeedMps?: number;
}

export interface PrivacyZone {
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly radiusM: number;
}

export const KINDS_OF_DATA = ['activities', 'tracks', 'heartRate', 'power', 'body', 'records'] as const;
export const AUDIENCES_OF_DATA = ['me', 'friends', 'everyone'] as const;
export type AudienceOfData = (typeof AUDIENCES_OF_DATA)[number];
export type Visibility = Readonly<Record<(typeof KINDS_OF_DATA)[number], AudienceOfData>>;

const FIELDS = ['birthDate', 'sex', 'timeZone', 'units', 'language', 'region'] as const;
/** As the form has them: texts, '' for what is not known. */
export type ProfileFields = Readonly<Record<(typeof FIELDS)[number], string>>;

export function profileFields(profile: Profile): ProfileFields {
  const usual = { birthDate: '', sex: '', timeZone: '', units: 'metric', language: 'en', region: '' };
  return Object.fromEntries(FIELDS.map((name) => [name, profile[name] ?? usual[name]])) as ProfileFields;
}

/** What was emptied is not known any more. */
export function saidProfile({ region, ...fields }: ProfileFields): Partial<Profile> {
  const said = { ...fields, region: region.toUpperCase() };
  return Object.fromEntries(
    FIELDS.map((name) => [name, said[name].trim() === '' ? undefined : said[name].trim()]),
  ) as Partial<Profile>;
}
