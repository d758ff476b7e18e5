import { type ComponentChildren, createContext } from 'preact';
import { useContext, useId, useState } from 'preact/hooks';
import { ProblemError } from '../problem-error.ts';
import { knownProblem, ruleText, tell } from './tell.ts';

/** What the API found wrong with the form around. */
const Wrong = createContext<unknown>(null);

interface FormProps {
  /** What is written on the button. */
  readonly action: string;
  /** Throws what the API said, which is then shown. */
  readonly onSend: (fields: FormData) => Promise<void>;
  readonly label?: string;
  readonly children?: ComponentChildren;
}

/** Sends once for each press, and says what went wrong, at the field that it is about where there is one. */
export function Form({ action, onSend, label, children }: FormProps) {
  const [isSending, setSending] = useState(false);
  const [wrong, setWrong] = useState<unknown>(null);
  async function send(form: HTMLFormElement): Promise<void> {
    if (isSending) return;
    setSending(true);
    setWrong(null);
    try {
      await onSend(new FormData(form));
    } catch (error) {
      setWrong(error);
    }
    setSending(false);
  }
  return (
    <form
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        void send(event.currentTarget);
      }}
    >
      <Wrong.Provider value={wrong}>{children}</Wrong.Provider>
      <Trouble error={wrong} />
      <button type="submit" class="main" aria-disabled={isSending}>
        {isSending ? tell('wait') : action}
      </button>
    </form>
  );
}

/** Read out when it appears. */
export function Trouble({ error }: { error: unknown }) {
  return (
    <p role="alert" class="wrong">
      {error === null ? '' : problemText(error)}
    </p>
  );
}

/** In our words where there are some; else in those of the API. */
export function problemText(error: unknown): string {
  if (!(error instanceof ProblemError)) return tell('unreachable');
  return knownProblem(error.problem) ?? [error.message, error.detail].filter(Boolean).join(' ');
}

interface FieldProps {
  readonly label: string;
  readonly name: string;
  /** As the API calls what it is about, where that is not the name. */
  readonly about?: string;
  /** Several lines. */
  readonly isLong?: boolean;
  readonly hint?: string;
  readonly type?: 'text' | 'email' | 'password' | 'number' | 'date' | 'datetime-local' | 'time' | 'url';
  readonly value?: string;
  readonly autocomplete?: string;
  readonly required?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly min?: string;
  readonly max?: string;
  readonly step?: string;
  readonly inputMode?: 'numeric' | 'decimal';
  /** A limit of the API, as who reads this counts. */
  readonly limitText?: (limit: number) => string;
  readonly onInput?: (value: string) => void;
}

/** An input with its label, and below it what the API found wrong with it. */
export function Field(props: FieldProps) {
  const { label, name, about = name, hint = '', type = 'text', isLong = false, limitText, onInput, ...rest } = props;
  const id = useId();
  const error = useContext(Wrong);
  const own = error instanceof ProblemError ? error.errors.filter(({ parameter }) => isAbout(parameter, about)) : [];
  const named = { id, name, 'aria-describedby': `${id}-hint ${id}-wrong`, 'aria-invalid': own.length > 0 };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {isLong ? (
        <textarea
          {...named}
          value={rest.value ?? ''}
          maxLength={rest.maxLength}
          rows={4}
          onInput={(event) => onInput?.(event.currentTarget.value)}
        />
      ) : (
        <input
          {...{ ...rest, ...named }}
          type={type as 'text'}
          onInput={(event) => onInput?.(event.currentTarget.value)}
        />
      )}
      <small id={`${id}-hint`}>{hint}</small>
      <small id={`${id}-wrong`} class="wrong">
        {own.map((one) => ruleText(one, limitText)).join('; ')}
      </small>
    </div>
  );
}

/** `body/0/weightKg` is about `weightKg`, as is one value of several in it. */
const isAbout = (parameter: string, about: string) => parameter === about || parameter.split('/').includes(about);

interface SelectProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onInput: (value: string) => void;
}

/** One of a few. */
export function Select({ label, name, value, options, onInput }: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select {...{ id, name, value }} onChange={(event) => onInput(event.currentTarget.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
