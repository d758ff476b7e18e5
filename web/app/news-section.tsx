import { useEffect, useState } from 'preact/hooks';
import { Field, Form, Trouble } from './form.tsx';
import { changePreferences, NEWS_CHANNELS, readPreferences, type TaggedPreferences } from './news-api.ts';
import { tell } from './tell.ts';

/** What one is told of, which way, and when not. */
export function NewsSection() {
  const [held, setHeld] = useState<TaggedPreferences | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const [said, say] = useState('');
  useEffect(() => void readPreferences().then(setHeld, setWrong), []);
  function saved(next: TaggedPreferences): void {
    setHeld(next);
    say(tell('settingsSaved'));
  }
  return (
    <section aria-labelledby="news">
      <details>
        <summary id="news">{tell('newsSettings')}</summary>
        <Trouble error={wrong} />
        {held !== null && <PreferenceForm key={held.etag} held={held} onChanged={saved} />}
        <p role="status">{said}</p>
      </details>
    </section>
  );
}

interface PreferenceFormProps {
  readonly held: TaggedPreferences;
  readonly onChanged: (held: TaggedPreferences) => void;
}

function PreferenceForm({ held: { preferences, etag }, onChanged }: PreferenceFormProps) {
  const { quietHours, kinds, names, timeZone } = preferences;
  async function save(fields: FormData): Promise<void> {
    const [from, to] = [String(fields.get('from')), String(fields.get('to'))];
    const chosen = Object.keys(kinds).map((kind) => [
      kind,
      Object.fromEntries(NEWS_CHANNELS.map((channel) => [channel, fields.has(`${kind}-${channel}`)])),
    ]);
    const next = await changePreferences(
      {
        quietHours: from === '' || to === '' ? null : { from, to },
        kinds: Object.fromEntries(chosen),
      },
      etag,
    );
    onChanged(next);
  }
  return (
    <Form action={tell('save')} onSend={save} label={tell('newsSettings')}>
      {Object.entries(kinds).map(([kind, channels]) => (
        <fieldset key={kind}>
          <legend>{names[kind] ?? kind}</legend>
          {NEWS_CHANNELS.map((channel) => (
            <label key={channel} class="tick">
              <input type="checkbox" name={`${kind}-${channel}`} defaultChecked={channels[channel]} />
              {tell(`channel_${channel}`)}
            </label>
          ))}
        </fieldset>
      ))}
      <fieldset>
        <legend>{tell('quietHours')}</legend>
        <p class="none">
          {tell('quietHow')} {tell('quietZone', { zone: timeZone })}
        </p>
        <div class="more">
          <Field label={tell('quietFrom')} name="from" type="time" value={quietHours?.from ?? ''} />
          <Field label={tell('quietTo')} name="to" type="time" value={quietHours?.to ?? ''} />
        </div>
      </fieldset>
    </Form>
  );
}
