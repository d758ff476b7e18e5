import { useEffect, useState } from 'preact/hooks';
import { logOut, readAccount, session } from '../session.ts';
import { askEmailChange, changePassword } from './account-api.ts';
import { Field, Form, Trouble } from './form.tsx';
import { tell } from './tell.ts';

/** Who is logged in, and out again. */
export function AccountSection() {
  const [wrong, setWrong] = useState<unknown>(null);
  useEffect(() => void readAccount().catch(setWrong), []);
  const leave = (everywhere: boolean) => void logOut(everywhere).catch(setWrong);
  return (
    <section aria-labelledby="account">
      <h2 id="account">{tell('account')}</h2>
      <p>{tell('accountOf', { email: session.value?.email ?? '' })}</p>
      <p class="formats">
        <button type="button" onClick={() => leave(false)}>
          {tell('logOut')}
        </button>
        <button type="button" onClick={() => leave(true)}>
          {tell('logOutEverywhere')}
        </button>
      </p>
      <Trouble error={wrong} />
    </section>
  );
}

export function PasswordSection() {
  const [isDone, setDone] = useState(false);
  return (
    <section aria-labelledby="password">
      <details>
        <summary id="password">{tell('changePassword')}</summary>
        {isDone ? (
          <p role="status">{tell('passwordChanged')}</p>
        ) : (
          <Form
            action={tell('changePassword')}
            onSend={async (fields) => {
              await changePassword(String(fields.get('current')), String(fields.get('password')));
              setDone(true);
            }}
          >
            <p>{tell('changePasswordHow')}</p>
            {/* So that what keeps passwords knows whose it is. */}
            <input name="username" autocomplete="username" value={session.value?.email ?? ''} readOnly hidden />
            <Field
              {...{ label: tell('currentPassword'), name: 'current', type: 'password', required: true }}
              autocomplete="current-password"
            />
            <Field
              {...{ label: tell('newPassword'), hint: tell('passwordHint'), name: 'password', type: 'password' }}
              {...{ autocomplete: 'new-password', minLength: 12, maxLength: 128, required: true }}
            />
          </Form>
        )}
      </details>
    </section>
  );
}

export function EmailSection() {
  const [askedFor, setAskedFor] = useState('');
  return (
    <section aria-labelledby="email">
      <details>
        <summary id="email">{tell('changeEmail')}</summary>
        {askedFor !== '' ? (
          <p role="status">{tell('emailAsked', { email: askedFor })}</p>
        ) : (
          <Form
            action={tell('changeEmailGo')}
            onSend={async (fields) => {
              const email = String(fields.get('email')).trim();
              await askEmailChange(String(fields.get('password')), email);
              setAskedFor(email);
            }}
          >
            <Field label={tell('newEmail')} name="email" type="email" autocomplete="email" required />
            <Field
              {...{ label: tell('currentPassword'), name: 'password', type: 'password', required: true }}
              autocomplete="current-password"
            />
          </Form>
        )}
      </details>
    </section>
  );
}
