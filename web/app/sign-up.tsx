import { useEffect, useState } from 'preact/hooks';
import { logIn } from '../session.ts';
import { register, verify } from './account-api.ts';
import { AppLink } from './app-link.tsx';
import { go, placeFor } from './app-place.ts';
import { hearCode } from './code-channel.ts';
import { agreedIn, ConsentBoxes } from './consent-boxes.tsx';
import { Field, Form, Trouble } from './form.tsx';
import { tell } from './tell.ts';

interface Person {
  readonly email: string;
  readonly password: string;
}

const MIN_PASSWORD_LENGTH = 12;

/** Two fields, what one agrees to, and a letter. */
export function SignUp() {
  const [person, setPerson] = useState<Person | null>(null);
  // A repeat of the same is the same registration.
  const [key] = useState(() => crypto.randomUUID());
  if (person !== null) return <CheckMail person={person} onOther={() => setPerson(null)} />;
  return (
    <section class="narrow" aria-label={tell('signUp')}>
      <p>{tell('welcome')}</p>
      <Form
        action={tell('signUpGo')}
        onSend={async (fields) => {
          const given = { email: String(fields.get('email')).trim(), password: String(fields.get('password')) };
          await register(given.email, given.password, agreedIn(fields), `${key}-${given.email}`.slice(0, 128));
          setPerson(given);
        }}
      >
        <Field label={tell('email')} name="email" type="email" autocomplete="username" required />
        <Field
          {...{ label: tell('password'), hint: tell('passwordHint'), name: 'password', type: 'password' }}
          {...{ autocomplete: 'new-password', minLength: MIN_PASSWORD_LENGTH, maxLength: 128, required: true }}
        />
        <ConsentBoxes />
      </Form>
      <p>
        {tell('haveAccount')} <AppLink to="logIn">{tell('logIn')}</AppLink>
      </p>
    </section>
  );
}

/** Waits for the letter's link to be followed, here or in another tab, and logs in with the password that it knows. */
function CheckMail({ person: { email, password }, onOther }: { person: Person; onOther: () => void }) {
  const [wrong, setWrong] = useState<unknown>(null);
  async function confirm(code: string): Promise<void> {
    await verify(code, password);
    await logIn(email, password);
    go(placeFor('today'));
  }
  useEffect(() => hearCode((code) => void confirm(code).catch(setWrong)), [email, password]);
  return (
    <section class="narrow" aria-labelledby="check-mail">
      <h2 id="check-mail">{tell('checkMail')}</h2>
      <p role="status">{tell('checkMailHow', { email })}</p>
      <Trouble error={wrong} />
      <Form action={tell('codeGo')} onSend={(fields) => confirm(String(fields.get('token')).trim())}>
        <Field label={tell('code')} name="token" autocomplete="one-time-code" required />
      </Form>
      <p>
        {tell('noLetter')}{' '}
        <button type="button" class="like-link" onClick={onOther}>
          {tell('otherAddress')}
        </button>
        .
      </p>
    </section>
  );
}
