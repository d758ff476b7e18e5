import { sql } from 'kysely';
import type { DatabaseOrTransaction } from '../database/database.ts';
import { isForEverybody } from '../policy.ts';
import type { PrivacyZone, Visibility } from '../profile/statements.ts';
import type { WorkoutRow } from '../workouts/answer.ts';

/** A workout with what its owner says of who sees what, in one query. */
export interface SharedRow extends WorkoutRow {
  readonly athlete: string;
  readonly privacy_key: string;
  /** Null where nothing was ever said: nobody sees anything. */
  readonly shown: Visibility | null;
  readonly zones: readonly PrivacyZone[];
}

function withOwner(from: DatabaseOrTransaction) {
  return from
    .selectFrom('workouts')
    .innerJoin('accounts', 'accounts.id', 'workouts.account')
    .leftJoin('profiles', 'profiles.account', 'workouts.account')
    .selectAll('workouts')
    .select(['accounts.athlete', 'accounts.privacy_key', 'profiles.visibility as shown'])
    .select(
      sql<PrivacyZone[]>`(select coalesce(jsonb_agg(jsonb_build_object(
        'name', name, 'latitude', latitude, 'longitude', longitude, 'radiusM', radius_m) order by place), '[]')
        from privacy_zones where account = workouts.account)`.as('zones'),
    )
    .where('workouts.state', '=', 'held');
}

/** What everybody may see; null for everything else, whether it is there or not. */
export async function readShared(from: DatabaseOrTransaction, id: string): Promise<SharedRow | null> {
  const found = withOwner(from).where('workouts.id', '=', id).where('workouts.visibility', '=', 'everybody');
  const row = (await found.executeTakeFirst()) as SharedRow | undefined;
  return row !== undefined && whyHidden(row).length === 0 ? row : null;
}

/** For who asks how others see their own; null where it is not theirs. */
export async function readOwn(from: DatabaseOrTransaction, account: string, id: string): Promise<SharedRow | null> {
  const found = withOwner(from).where('workouts.account', '=', account).where('workouts.id', '=', id);
  return ((await found.executeTakeFirst()) as SharedRow | undefined) ?? null;
}

export const REASONS_HIDDEN = ['workout', 'activities'] as const;
export type ReasonHidden = (typeof REASONS_HIDDEN)[number];

/** Which statements keep others out: that of the workout, or that of the profile on activities. */
export function whyHidden({ visibility, shown }: Pick<SharedRow, 'visibility' | 'shown'>): ReasonHidden[] {
  return [
    ...(isForEverybody(visibility) ? [] : (['workout'] as const)),
    ...(isForEverybody(shown?.activities ?? 'me') ? [] : (['activities'] as const)),
  ];
}
