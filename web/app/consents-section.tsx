import { useEffect, useState } from 'preact/hooks';
import { CONSENT_KINDS, type ConsentKind, presentText } from '../../schemas/consent-texts.ts';
import { send } from './account-api.ts';
import { agreedIn, ConsentBoxes } from './consent-boxes.tsx';
import { Form, Trouble } from './form.tsx';
import { tell } from './tell.ts';

type Held = Readonly<Record<ConsentKind, { readonly text: string; readonly sinceMs: number } | null>>;

/** What the API answered, with the version that a change has to name. */
interface Seen {
  readonly held: Held;
  readonly etag: string;
}

const NOTHING = { healthData: null, productEvents: null };
const seenIn = async (answer: Response): Promise<Seen> => {
  return { held: (await answer.json()) as Held, etag: answer.headers.get('etag') ?? '' };
};

/** What somebody agreed to, and how to take it back. */
export function ConsentsSection() {
  const [seen, setSeen] = useState<Seen | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const [said, say] = useState('');
  useEffect(() => void send('GET', '/consents').then(seenIn).then(setSeen, setWrong), []);
  const since = CONSENT_KINDS.flatMap((kind) => {
    const given = seen?.held[kind];
    // Who agreed to older words has not agreed to those that are shown.
    return given?.text === presentText(kind).version ? [[kind, given.sinceMs] as const] : [];
  });
  return (
    <section aria-labelledby="consents">
      <h2 id="consents">{tell('consents')}</h2>
      {seen === null && wrong === null && <p>{tell('loading')}</p>}
      {seen !== null && (
        <Form
          // Boxes begin anew with what is kept.
          key={seen.etag}
          action={tell('consentsGo')}
          onSend={async (fields) => {
            say('');
            const body = { ...NOTHING, ...agreedIn(fields) };
            setSeen(await seenIn(await send('PUT', '/consents', body, { 'if-match': seen.etag })));
            say(tell('consentsSaved'));
          }}
        >
          <ConsentBoxes since={Object.fromEntries(since)} />
        </Form>
      )}
      <p role="status">{said}</p>
      <Trouble error={wrong} />
    </section>
  );
}
