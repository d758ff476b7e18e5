import type { ColumnType } from 'kysely';
import type { Sport } from '../../schemas/events.ts';
import type { Rule } from './suggestions/suggest.ts';

/** A day as it is written, YYYY-MM-DD. Drivers read it as a moment, so it is selected as text. */
type Day<Value> = ColumnType<never, Value, Value>;
type Json = ColumnType<unknown, string>;

/** As the migrations `profile` and `left-suggestions` make them. */
export interface ProfileTables {
  profiles: {
    account: string;
    version: number;
    updated_at: Date;
    birth_date: Day<string | null>;
    sex: string | null;
    units: string;
    language: string;
    region: string | null;
    time_zone: string;
    preferred_sources: string[];
    visibility: Json;
  };
  profile_statements: {
    account: string;
    list: string;
    place: number;
    from_day: Day<string>;
    sports: string[] | null;
    stated: Json;
  };
  privacy_zones: {
    account: string;
    place: number;
    name: string;
    latitude: number;
    longitude: number;
    radius_m: number;
  };
  left_suggestions: { account: string; value: Rule['value']; sport: Sport; suggested: number; left_at: Date };
}
