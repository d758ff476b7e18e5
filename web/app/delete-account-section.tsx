import { useId } from 'preact/hooks';
import { session } from '../session.ts';
import { leaveDeleted } from './deleted-page.tsx';
import { deleteAccount } from './deletion-api.ts';
import { Field, Form } from './form.tsx';
import { tell } from './tell.ts';

/** What goes when, and the way out. Nothing is done by one touch: it takes an open part, a box and the password. */
export function DeleteAccountSection() {
  const sure = useId();
  return (
    <section aria-labelledby="delete-account">
      <h2 id="delete-account">{tell('deleteAccount')}</h2>
      <p>{tell('deleteAccountHow')}</p>
      <details>
        <summary>{tell('deleteAccountOpen')}</summary>
        <WhatGoes />
        <p>{tell('deleteAccountExport')}</p>
        <Form
          action={tell('deleteAccountGo')}
          label={tell('deleteAccount')}
          onSend={async (fields) => {
            // Other parts of the page may find out first that the session is over.
            const account = session.peek()?.account ?? '';
            leaveDeleted(account, await deleteAccount(String(fields.get('password'))));
          }}
        >
          {/* So that what keeps passwords knows whose it is. */}
          <input name="username" autocomplete="username" value={session.value?.email ?? ''} readOnly hidden />
          <Field
            {...{ label: tell('currentPassword'), name: 'password', type: 'password', required: true }}
            autocomplete="current-password"
          />
          <div class="consent">
            <input type="checkbox" id={sure} name="sure" required />
            <label for={sure}>{tell('deleteAccountSure')}</label>
          </div>
        </Form>
      </details>
    </section>
  );
}

/** As the decision on deletions states it. */
function WhatGoes() {
  return (
    <dl class="plain">
      {(['AtOnce', 'Soon', 'Week', 'Last', 'Stays'] as const).map((when) => (
        <div key={when}>
          <dt>{tell(`goes${when}When`)}</dt>
          <dd>{tell(`goes${when}`)}</dd>
        </div>
      ))}
    </dl>
  );
}
