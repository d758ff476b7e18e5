import { useEffect, useState } from 'preact/hooks';
import { LANGUAGES, language } from '../race/language.ts';
import { UNIT_SYSTEMS, type Units } from '../units.ts';
import { AppLink } from './app-link.tsx';
import { Field, Form, Select, Trouble } from './form.tsx';
import { ownProfile, readProfile, sayOfProfile, type TaggedProfile } from './own-profile.ts';
import { type ProfileFields, profileFields, saidProfile } from './profile-fields.ts';
import { tell } from './tell.ts';

/** What an athlete says of themselves that holds without a day; what changes with time has a page of its own. */
export function ProfileSection() {
  const [wrong, setWrong] = useState<unknown>(null);
  const [said, say] = useState('');
  useEffect(() => void readProfile().catch(setWrong), []);
  const held = ownProfile.value;
  return (
    <section aria-labelledby="profile">
      <details>
        <summary id="profile">{tell('profile')}</summary>
        <Trouble error={wrong} />
        {held !== null && <ProfileForm key={held.etag} held={held} onSaved={() => say(tell('settingsSaved'))} />}
        <p role="status">{said}</p>
      </details>
      <p>
        <AppLink to="training">{tell('training')}</AppLink>
      </p>
    </section>
  );
}

function ProfileForm({ held, onSaved }: { held: TaggedProfile; onSaved: () => void }) {
  const [fields, setFields] = useState<ProfileFields>(() => profileFields(held.profile));
  const bound = (name: keyof ProfileFields) => ({
    ...{ name, value: fields[name], onInput: (value: string) => setFields({ ...fields, [name]: value }) },
  });
  async function save(): Promise<void> {
    await sayOfProfile(held, saidProfile(fields));
    onSaved();
  }
  return (
    <Form action={tell('save')} onSend={save} label={tell('profile')}>
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
        <Select
          label={tell('units')}
          {...bound('units')}
          options={(Object.keys(UNIT_SYSTEMS) as Units[]).map((one) => [one, tell(`units_${one}`)])}
        />
        <Select label={tell('newsLanguage')} {...bound('language')} options={Object.entries(LANGUAGES)} />
        <Field label={tell('timeZone')} hint={tell('timeZoneHow')} {...bound('timeZone')} maxLength={64} />
        <Field label={tell('region')} hint={regionName(fields.region)} {...bound('region')} maxLength={2} />
      </div>
    </Form>
  );
}

/** What a code of two letters stands for, so that one sees whether it is the right one. */
function regionName(code: string): string {
  if (!/^[A-Za-z]{2}$/.test(code)) return tell('regionHow');
  const names = new Intl.DisplayNames(language.value, { type: 'region', fallback: 'none' });
  return names.of(code.toUpperCase()) ?? tell('regionUnknown');
}
