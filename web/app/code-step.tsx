import { useEffect, useRef } from 'preact/hooks';
import { completeLogIn } from '../session.ts';
import { Field, Form } from './form.tsx';
import { tell } from './tell.ts';

interface CodeStepProps {
  readonly challenge: string;
  readonly onDone: () => void;
  readonly onAgain: () => void;
}

/** The second step of logging in. */
export function CodeStep({ challenge, onDone, onAgain }: CodeStepProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // What the page shows is another now: a screen reader goes on from here.
  useEffect(() => heading.current?.focus(), []);
  return (
    <section class="narrow" aria-labelledby="second-step">
      <h2 id="second-step" ref={heading} tabIndex={-1}>
        {tell('secondStep')}
      </h2>
      <p>{tell('secondStepHow')}</p>
      <Form
        action={tell('logIn')}
        onSend={async (fields) => {
          await completeLogIn(challenge, String(fields.get('code')).trim());
          onDone();
        }}
      >
        <Field
          {...{ label: tell('codeOfAppOrRecovery'), name: 'code', autocomplete: 'one-time-code' }}
          {...{ minLength: 6, maxLength: 40, required: true }}
        />
      </Form>
      <p>
        <button type="button" class="like-link" onClick={onAgain}>
          {tell('beginAgain')}
        </button>
      </p>
    </section>
  );
}
