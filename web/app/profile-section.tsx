import { useEffect, useState } from 'preact/hooks';
import { LANGUAGES } from '../race/language.ts';
import { send } from './account-api.ts';
import { Field, Form, Select, Trouble } from './form.tsx';
import { type Profile, type ProfileFields, profileFields, saidProfile } from './profile-fields.ts';
import { tell } from './tell.ts';

interface TaggedProfile {
  readonly profile: Profile;
  readonly etag: string;
}

const tagged = async (answer: Response): Promise<TaggedProfile> => {
  return { profile: (await answer.json()) as Profile, etag: answer.headers.get('etag') ?? '' };
};

/** By the calendar of this browser. */
function today(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** What an athlete says of themselves; zones and loads are reckoned from it. */
export function ProfileSection() {
  const [held, setHeld] = useState<TaggedProfile | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const [said, say] = useState('');
  useEffect(() => void send('GET', '/profile').then(tagged).then(setHeld, setWrong), []);
  return (
    <section aria-labelledby="profile">
      <details>
        <summary id="profile">{tell('profile')}</summary>
        <Trouble error={wrong} />
        {held !== null && (
          <ProfileForm
            key={held.etag}
            held={held}
            onChanged={(next) => {
              setHeld(next);
              say(tell('settingsSaved'));
            }}
          />
        )}
        <p role="status">{said}</p>
      </details>
    </section>
  );
}

interface ProfileFormProps {
  readonly held: TaggedProfile;
  readonly onChanged: (held: TaggedProfile) => void;
}

function ProfileForm({ held: { profile, etag }, onChanged }: ProfileFormProps) {
  const [fields, setFields] = useState<ProfileFields>(() => profileFields(profile, today()));
  const bound = (name: keyof ProfileFields) => ({
    ...{ name, value: fields[name], onInput: (value: string) => setFields({ ...fields, [name]: value }) },
  });
  const number = { type: 'number', inputMode: 'decimal', step: 'any' } as const;
  async function save(): Promise<void> {
    onChanged(await tagged(await send('PUT', '/profile', saidProfile(profile, fields, today()), { 'if-match': etag })));
  }
  return (
    <Form action={tell('save')} onSend={save} label={tell('profile')}>
      <p>{tell('profileHow')}</p>
      <div class="more">
        <Field label={tell('birthDate')} type="date" autocomplete="bday" {...bound('birthDate')} />
        <Select
          label={tell('sex')}
          {...bound('sex')}
          options={[
            ['', tell('notSaid')],
            ['female', tell('female')],
            ['male', tell('male')],
          ]}
        />
        <Field label={tell('weightKg')} {...bound('weightKg')} {...number} />
        <Field label={tell('heightCm')} {...bound('heightCm')} {...number} />
        <Field label={tell('restingHeartRate')} {...bound('restingHeartRateBpm')} {...number} />
        <Field label={tell('maxHeartRate')} {...bound('maxHeartRateBpm')} {...number} />
        <Field label={tell('thresholdHeartRate')} {...bound('thresholdHeartRateBpm')} {...number} />
        <Field label={tell('timeZone')} hint="Europe/Vienna" {...bound('timeZone')} maxLength={64} />
        <Select label={tell('newsLanguage')} {...bound('language')} options={Object.entries(LANGUAGES)} />
        <Field label={tell('region')} hint="AT" {...bound('region')} maxLength={2} />
      </div>
    </Form>
  );
}
