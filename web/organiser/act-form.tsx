import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { Act } from '../../schemas/race-act.ts';
import { actOnRace } from './desk-store.ts';
import { Trouble } from './problem-text.tsx';
import { tell } from './tell.ts';

interface ActFormProps {
  /** What may be done, each with a button. Made when its button is pressed. */
  readonly choices: readonly { readonly label: string; readonly make: () => Act }[];
  /** Says what the reason is for where the buttons do not. */
  readonly about?: string;
  readonly children?: ComponentChildren;
}

/** Acts with the reason that the audit keeps of each. */
export function ActForm({ choices, about, children }: ActFormProps) {
  const id = useId();
  const [why, setWhy] = useState('');
  const [said, setSaid] = useState('');
  const [trouble, setTrouble] = useState<unknown>(null);
  const [isActing, setIsActing] = useState(false);

  async function act(choice: string): Promise<void> {
    setIsActing(true);
    setTrouble(null);
    setSaid('');
    try {
      await actOnRace(choices[Number(choice)].make(), why);
      setWhy('');
      setSaid(tell('acted'));
    } catch (error) {
      setTrouble(error);
    }
    setIsActing(false);
  }

  return (
    <form
      class="act-form"
      onSubmit={(event) => {
        event.preventDefault();
        const { submitter } = event as unknown as SubmitEvent;
        void act((submitter as HTMLButtonElement | null)?.value ?? '0');
      }}
    >
      {children}
      <div class="field">
        <label for={id}>{about === undefined ? tell('why') : `${tell('why')}: ${about}`}</label>
        <input
          {...{ id, value: why, required: true, maxLength: 500 }}
          onInput={(event) => setWhy(event.currentTarget.value)}
        />
      </div>
      <p class="formats">
        {choices.map(({ label }, i) => (
          <button key={label} type="submit" value={i} disabled={isActing}>
            {label}
          </button>
        ))}
      </p>
      <p role="status">{said}</p>
      <Trouble error={trouble} />
    </form>
  );
}
