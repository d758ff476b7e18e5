/** What the application lets people say of themselves; the rest of a profile goes back as it came. */
export interface Profile {
  readonly version: number;
  readonly updatedMs: number | null;
  readonly birthDate?: string;
  readonly sex?: 'female' | 'male';
  readonly timeZone?: string;
  readonly units?: 'metric' | 'imperial';
  readonly language?: 'en' | 'ru';
  readonly region?: string;
  readonly body?: readonly DatedBody[];
  readonly heart?: readonly DatedHeart[];
}

interface DatedBody {
  readonly from: string;
  readonly weightKg?: number;
  readonly heightCm?: number;
  readonly restingHeartRateBpm?: number;
}

interface DatedHeart {
  readonly from: string;
  readonly sports?: readonly string[];
  readonly maxHeartRateBpm?: number;
  readonly thresholdHeartRateBpm?: number;
}

/** As the form has it: texts, '' for what is not known. */
export interface ProfileFields {
  readonly birthDate: string;
  readonly sex: string;
  readonly timeZone: string;
  readonly units: string;
  readonly language: string;
  readonly region: string;
  readonly weightKg: string;
  readonly heightCm: string;
  readonly restingHeartRateBpm: string;
  readonly maxHeartRateBpm: string;
  readonly thresholdHeartRateBpm: string;
}

const BODY = ['weightKg', 'heightCm', 'restingHeartRateBpm'] as const;
const HEART = ['maxHeartRateBpm', 'thresholdHeartRateBpm'] as const;

/** The newest value of each, on `today` or before. */
function newest<Name extends string>(
  rows: readonly (Partial<Record<Name, number>> & { from: string })[],
  names: readonly Name[],
  today: string,
): Record<Name, string> {
  const rising = rows.filter(({ from }) => from <= today).toSorted((a, b) => (a.from < b.from ? -1 : 1));
  const last = (name: Name) => rising.findLast((row) => row[name] !== undefined)?.[name];
  return Object.fromEntries(names.map((name) => [name, String(last(name) ?? '')])) as Record<Name, string>;
}

export function profileFields(profile: Profile, today: string): ProfileFields {
  const everySport = (profile.heart ?? []).filter(({ sports }) => sports === undefined);
  return {
    ...{ birthDate: profile.birthDate ?? '', sex: profile.sex ?? '', timeZone: profile.timeZone ?? '' },
    ...{ units: profile.units ?? 'metric', language: profile.language ?? 'en', region: profile.region ?? '' },
    ...newest(profile.body ?? [], BODY, today),
    ...newest(everySport, HEART, today),
  };
}

/**
 * The whole profile to be said anew. Numbers that changed hold from `today` on, and what held before stays in the
 * history; a number that was emptied is left as it is, since it was known once.
 */
export function saidProfile(before: Profile, fields: ProfileFields, today: string): object {
  const { version: _, updatedMs: __, ...rest } = before;
  const was = profileFields(before, today);
  const changed = (names: readonly (keyof ProfileFields)[]) =>
    Object.fromEntries(
      names
        .filter((name) => fields[name] !== was[name] && fields[name].trim() !== '')
        .map((name) => [name, Number(fields[name])]),
    );
  const [body, heart] = [changed(BODY), changed(HEART)];
  const plain = (name: 'birthDate' | 'sex' | 'timeZone' | 'region') => ({ [name]: fields[name].trim() || undefined });
  return {
    ...rest,
    ...{
      ...plain('birthDate'),
      ...plain('sex'),
      ...plain('timeZone'),
      ...plain('region'),
      units: fields.units,
      language: fields.language,
    },
    ...(Object.keys(body).length > 0 && { body: withToday(before.body ?? [], body, today) }),
    ...(Object.keys(heart).length > 0 && { heart: withToday(before.heart ?? [], heart, today) }),
  };
}

/** What is said today goes into today's row, where there is one for every sport. */
function withToday<Row extends { readonly from: string; readonly sports?: readonly string[] }>(
  rows: readonly Row[],
  said: object,
  today: string,
): object[] {
  const isToday = ({ from, sports }: Row) => from === today && sports === undefined;
  if (rows.some(isToday)) return rows.map((row) => (isToday(row) ? { ...row, ...said } : row));
  return [...rows, { from: today, ...said }].toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
}
