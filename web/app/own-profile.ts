import { signal } from '@preact/signals';
import { session } from '../session.ts';
import { setUnits } from '../units.ts';
import { send } from './account-api.ts';
import type { Profile } from './profile-fields.ts';

/** A profile, and the version that a change of it names. */
export interface TaggedProfile {
  readonly profile: Profile;
  readonly etag: string;
}

/** Of who is logged in; null until it is known. Every part of the application that changes it begins from here. */
export const ownProfile = signal<TaggedProfile | null>(null);

async function take(answer: Response): Promise<TaggedProfile> {
  const next = { profile: (await answer.json()) as Profile, etag: answer.headers.get('etag') ?? '' };
  setUnits(next.profile.units ?? 'metric');
  ownProfile.value = next;
  return next;
}

/** Each throws ProblemError with what the API said, TypeError when it cannot be reached. */
export const readProfile = async () => take(await send('GET', '/profile'));

/** Says some of it anew; all else stays as it was in `held`. */
export async function sayOfProfile({ profile, etag }: TaggedProfile, said: Partial<Profile>): Promise<TaggedProfile> {
  const { version: _, updatedMs: __, ...rest } = profile;
  return take(await send('PUT', '/profile', { ...rest, ...said }, { 'if-match': etag }));
}

export const acceptSuggestion = async ({ etag }: TaggedProfile, id: string) =>
  take(await send('POST', `/profile/suggestions/${id}/acceptances`, undefined, { 'if-match': etag }));

/** Reads it for whoever logs in, for the units in which all pages show numbers. */
export function followProfile(): void {
  let account: string | null = null;
  session.subscribe((now) => {
    if (now?.account === account) return;
    account = now?.account ?? null;
    ownProfile.value = null;
    if (account === null) return;
    readProfile().catch(() => {
      // The units of the last time hold; each page that needs the profile asks again and says what is wrong.
      account = null;
    });
  });
}
