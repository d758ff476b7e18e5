import { hasEnded, logIn } from '../session.ts';
import { AppLink } from './app-link.tsx';
import { go, OPEN_VIEWS, place, placeFor } from './app-place.ts';
import { Field, Form } from './form.tsx';
import { tell } from './tell.ts';

/** Leads on to where somebody wanted to go. */
export function LogIn() {
  return (
    <section class="narrow" aria-label={tell('logIn')}>
      {hasEnded.value && <p role="status">{tell('logInAgain')}</p>}
      <Form
        action={tell('logIn')}
        onSend={async (fields) => {
          await logIn(String(fields.get('email')).trim(), String(fields.get('password')));
          const view = place.peek()?.view ?? 'today';
          if (OPEN_VIEWS.includes(view)) go(placeFor('today'));
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
