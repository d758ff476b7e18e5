import { useState } from 'preact/hooks';
import { hasEnded, logIn } from '../session.ts';
import { AppLink } from './app-link.tsx';
import { go, OPEN_VIEWS, place, placeFor } from './app-place.ts';
import { CodeStep } from './code-step.tsx';
import { Field, Form } from './form.tsx';
import { tell } from './tell.ts';

/** Leads on to where somebody wanted to go. */
export function LogIn() {
  const [challenge, setChallenge] = useState<string | null>(null);
  const enter = () => {
    const view = place.peek()?.view ?? 'today';
    if (OPEN_VIEWS.includes(view)) go(placeFor('today'));
  };
  if (challenge !== null) return <CodeStep {...{ challenge }} onDone={enter} onAgain={() => setChallenge(null)} />;
  return (
    <section class="narrow" aria-label={tell('logIn')}>
      {hasEnded.value && <p role="status">{tell('logInAgain')}</p>}
      <Form
        action={tell('logIn')}
        onSend={async (fields) => {
          const asked = await logIn(String(fields.get('email')).trim(), String(fields.get('password')));
          if (asked === null) enter();
          else setChallenge(asked);
        }}
      >
        <Field label={tell('email')} name="email" type="email" autocomplete="username" required />
        <Field label={tell('password')} name="password" type="password" autocomplete="current-password" required />
      </Form>
      <p>
        <AppLink to="forgot">{tell('forgotten')}</AppLink>
      </p>
      <p>
        {tell('noAccount')} <AppLink to="signUp">{tell('signUp')}</AppLink>
      </p>
    </section>
  );
}
