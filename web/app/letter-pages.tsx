import { useEffect, useState } from 'preact/hooks';
import { logIn, session } from '../session.ts';
import { askReset, confirmEmail, reset, verify } from './account-api.ts';
import { AppLink } from './app-link.tsx';
import { go, placeFor, takeCode } from './app-place.ts';
import { tellCode } from './code-channel.ts';
import { Field, Form } from './form.tsx';
import { tell } from './tell.ts';

/** The code of the link, kept while the page is there. */
function useCode(): string {
  const [code] = useState(takeCode);
  return code;
}

const NoCode = () => <p class="empty">{tell('noCode')}</p>;

/** Opened by the letter of who signed up. The tab where that was may be waiting, and needs no password again. */
export function VerifyPage() {
  const code = useCode();
  const isIn = session.value !== null;
  useEffect(() => void (code !== '' && tellCode(code)), [code]);
  useEffect(() => void (isIn && go(placeFor('today'))), [isIn]);
  if (code === '') return <NoCode />;
  return (
    <section class="narrow" aria-label={tell('verify')}>
      <p>{tell('verifyHow')}</p>
      <Form
        action={tell('verifyGo')}
        onSend={async (fields) => {
          const password = String(fields.get('password'));
          await verify(code, password);
          await logIn(String(fields.get('email')).trim(), password);
        }}
      >
        <Field label={tell('email')} name="email" type="email" autocomplete="username" required />
        <Field label={tell('password')} name="password" type="password" autocomplete="current-password" required />
      </Form>
    </section>
  );
}

export function ForgotPage() {
  const [sentTo, setSentTo] = useState('');
  return (
    <section class="narrow" aria-label={tell('forgot')}>
      <Form
        action={tell('forgotGo')}
        onSend={async (fields) => {
          const email = String(fields.get('email')).trim();
          await askReset(email);
          setSentTo(email);
        }}
      >
        <Field label={tell('email')} name="email" type="email" autocomplete="username" required />
      </Form>
      <p role="status">{sentTo !== '' && tell('forgotSent', { email: sentTo })}</p>
      <p>
        <AppLink to="logIn">{tell('logIn')}</AppLink>
      </p>
    </section>
  );
}

export function ResetPage() {
  const code = useCode();
  const [isDone, setDone] = useState(false);
  if (code === '') return <NoCode />;
  return (
    <section class="narrow" aria-label={tell('reset')}>
      {isDone ? (
        <p role="status">
          {tell('resetDone')} <AppLink to="logIn">{tell('logIn')}</AppLink>
        </p>
      ) : (
        <Form
          action={tell('resetGo')}
          onSend={async (fields) => {
            await reset(code, String(fields.get('password')));
            setDone(true);
          }}
        >
          <p>{tell('resetHow')}</p>
          <Field
            {...{ label: tell('newPassword'), hint: tell('passwordHint'), name: 'password', type: 'password' }}
            {...{ autocomplete: 'new-password', minLength: 12, maxLength: 128, required: true }}
          />
        </Form>
      )}
    </section>
  );
}

export function ConfirmEmailPage() {
  const code = useCode();
  const [isDone, setDone] = useState(false);
  if (code === '') return <NoCode />;
  return (
    <section class="narrow" aria-label={tell('confirmEmail')}>
      {isDone ? (
        <p role="status">
          {tell('emailConfirmed')} <AppLink to="today">{tell('toToday')}</AppLink>
        </p>
      ) : (
        <Form
          action={tell('confirmEmailGo')}
          onSend={async () => {
            await confirmEmail(code);
            setDone(true);
          }}
        />
      )}
    </section>
  );
}
