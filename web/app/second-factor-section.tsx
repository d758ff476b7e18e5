import { useEffect, useState } from 'preact/hooks';
import { dateAndTimeIn } from '../format.ts';
import { language } from '../race/language.ts';
import { saveFile } from '../save-file.ts';
import { session } from '../session.ts';
import { Field, Form, Trouble } from './form.tsx';
import { QrCode } from './qr-code.tsx';
import * as api from './second-factor-api.ts';
import { tell } from './tell.ts';

type Codes = readonly string[] | null;

/** Codes of an app besides the password: how it is, and on, off and anew. */
export function SecondFactorSection() {
  const [held, setHeld] = useState<api.SecondFactor | null>(null);
  const [fresh, setFresh] = useState<Codes>(null);
  const [said, say] = useState('');
  const [wrong, setWrong] = useState<unknown>(null);
  const look = () => api.readSecondFactor().then(setHeld, setWrong);
  useEffect(() => void look(), []);

  async function show(codes: Codes): Promise<void> {
    setFresh(codes);
    say('');
    await look();
  }

  return (
    <section aria-labelledby="second-factor">
      <h2 id="second-factor">{tell('secondFactor')}</h2>
      {held === null && wrong === null && <p>{tell('loading')}</p>}
      {held !== null && held.neededFor.length > 0 && <p>{tell('secondFactorNeeded')}</p>}
      {fresh !== null && <FreshCodes codes={fresh} onKept={() => setFresh(null)} />}
      {held !== null && held.state !== 'on' && <SetUp isOffered={held.isOffered} onCodes={show} />}
      {held?.state === 'on' && fresh === null && (
        <SwitchedOn
          {...{ held, onCodes: show }}
          onOff={async () => {
            await look();
            say(tell('secondFactorIsOff'));
          }}
        />
      )}
      <p role="status">{said}</p>
      <Trouble error={wrong} />
    </section>
  );
}

/** From a password to a secret, and from the app's first code to recovery codes. */
function SetUp({ isOffered, onCodes }: { isOffered: boolean; onCodes: (codes: Codes) => Promise<void> }) {
  const [enrolled, setEnrolled] = useState<api.Enrolled | null>(null);
  if (!isOffered) return <p class="empty">{tell('secondFactorNotOffered')}</p>;
  if (enrolled === null) {
    return (
      <details>
        <summary>{tell('setUpSecondFactor')}</summary>
        <Form
          action={tell('setUpSecondFactor')}
          onSend={async (fields) => setEnrolled(await api.enrol(String(fields.get('password'))))}
        >
          <p>{tell('secondFactorHow')}</p>
          <OwnPassword />
        </Form>
      </details>
    );
  }
  return (
    <Form
      action={tell('switchOn')}
      label={tell('setUpSecondFactor')}
      onSend={async (fields) => onCodes(await api.confirm(String(fields.get('code'))))}
    >
      <p role="status">{tell('scanThis')}</p>
      <QrCode text={enrolled.uri} label={tell('qrOfSecret')} />
      <dl>
        <dt>{tell('secretToType')}</dt>
        <dd>
          <code class="secret">{enrolled.secret.match(/.{1,4}/g)?.join(' ')}</code>
        </dd>
      </dl>
      <Field
        {...{ label: tell('codeOfApp'), name: 'code', inputMode: 'numeric', autocomplete: 'one-time-code' }}
        {...{ minLength: 6, maxLength: 20, required: true }}
      />
    </Form>
  );
}

function FreshCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const text = `${codes.join('\n')}\n`;
  return (
    <fieldset>
      <legend>{tell('recoveryCodes')}</legend>
      <p role="status">{tell('recoveryCodesHow')}</p>
      <ul class="recovery-codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <p class="formats">
        <button type="button" onClick={() => saveFile(new Blob([text]), 'slipstream-recovery-codes.txt')}>
          {tell('saveRecoveryCodes')}
        </button>
        <button type="button" onClick={onKept}>
          {tell('recoveryCodesKept')}
        </button>
      </p>
    </fieldset>
  );
}

interface SwitchedOnProps {
  readonly held: api.SecondFactor;
  readonly onCodes: (codes: Codes) => Promise<void>;
  readonly onOff: () => Promise<void>;
}

function SwitchedOn({ held, onCodes, onOff }: SwitchedOnProps) {
  const when = dateAndTimeIn(language.value, held.enabledMs ?? 0);
  const given = (fields: FormData) => [String(fields.get('password')), String(fields.get('code'))] as const;
  return (
    <>
      <p>
        {tell('secondFactorOn', { when })} {tell('recoveryCodesLeft', { n: held.recoveryCodesLeft })}
      </p>
      <details>
        <summary>{tell('newRecoveryCodes')}</summary>
        <Form
          action={tell('newRecoveryCodesGo')}
          onSend={async (fields) => onCodes(await api.renewRecoveryCodes(...given(fields)))}
        >
          <p>{tell('newRecoveryCodesHow')}</p>
          <OwnPassword />
          <OwnCode />
        </Form>
      </details>
      <details>
        <summary>{tell('switchOff')}</summary>
        <Form
          action={tell('switchOff')}
          onSend={async (fields) => {
            await api.remove(...given(fields));
            await onOff();
          }}
        >
          <p>{tell('switchOffHow')}</p>
          <OwnPassword />
          <OwnCode />
        </Form>
      </details>
    </>
  );
}

const OwnPassword = () => (
  <>
    {/* So that what keeps passwords knows whose it is. */}
    <input name="username" autocomplete="username" value={session.value?.email ?? ''} readOnly hidden />
    <Field
      {...{ label: tell('currentPassword'), name: 'password', type: 'password', required: true }}
      autocomplete="current-password"
    />
  </>
);

const OwnCode = () => (
  <Field
    {...{ label: tell('codeOfAppOrRecovery'), name: 'code', autocomplete: 'one-time-code' }}
    {...{ minLength: 6, maxLength: 40, required: true }}
  />
);
