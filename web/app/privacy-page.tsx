import { useEffect, useState } from 'preact/hooks';
import { AppLink } from './app-link.tsx';
import { Form, Select, Trouble } from './form.tsx';
import { ownProfile, readProfile, sayOfProfile, type TaggedProfile } from './own-profile.ts';
import { PrivacyZonesSection } from './privacy-zones-section.tsx';
import { AUDIENCES_OF_DATA, type AudienceOfData, KINDS_OF_DATA, type Visibility } from './profile-fields.ts';
import { tell } from './tell.ts';

export function PrivacyLink() {
  return (
    <section aria-label={tell('privacy')}>
      <p>
        <AppLink to="privacy">{tell('privacyTo')}</AppLink>
      </p>
    </section>
  );
}

/** Where tracks are hidden, and who may see which kind of data. */
export function PrivacyPage() {
  const [wrong, setWrong] = useState<unknown>(null);
  useEffect(() => void readProfile().catch(setWrong), []);
  const held = ownProfile.value;
  if (held === null) {
    return wrong === null ? <p class="empty">{tell('loading')}</p> : <Trouble error={wrong} />;
  }
  return (
    <>
      <div class="column">
        <PrivacyZonesSection held={held} />
      </div>
      <div class="column">
        <VisibilitySection held={held} />
      </div>
    </>
  );
}

const HIDDEN: Visibility = {
  ...{ activities: 'me', tracks: 'me', heartRate: 'me', power: 'me', body: 'me', records: 'me' },
};

function VisibilitySection({ held }: { held: TaggedProfile }) {
  const [chosen, setChosen] = useState<Visibility>(held.profile.visibility ?? HIDDEN);
  const [said, say] = useState('');
  async function save(): Promise<void> {
    await sayOfProfile(held, { visibility: chosen });
    say(tell('settingsSaved'));
  }
  return (
    <section aria-labelledby="visibility">
      <h2 id="visibility">{tell('visibilityOfData')}</h2>
      <p class="none">{tell('visibilityHow')}</p>
      <Form action={tell('save')} onSend={save} label={tell('visibilityOfData')}>
        <div class="more">
          {KINDS_OF_DATA.map((kind) => (
            <Select
              key={kind}
              label={tell(`dataKind_${kind}`)}
              name={kind}
              value={chosen[kind]}
              options={AUDIENCES_OF_DATA.map((one) => [one, tell(`audience_${one}`)])}
              onInput={(next) => {
                setChosen({ ...chosen, [kind]: next as AudienceOfData });
                say('');
              }}
            />
          ))}
        </div>
      </Form>
      <p role="status">{said}</p>
    </section>
  );
}
