import type { ComponentChildren } from 'preact';
import { Wrong } from './field.tsx';
import type { FormField, PlacedProblems } from './place-problems.ts';
import { tell } from './tell.ts';

interface FormRowsProps<Row> {
  readonly title: string;
  readonly hint?: string;
  readonly field: Extract<FormField, 'waves' | 'checkpoints' | 'categories'>;
  readonly rows: readonly Row[];
  readonly fresh: Row;
  readonly problems: PlacedProblems;
  readonly onChange: (rows: readonly Row[]) => void;
  /** The inputs of one row; `of` names each by its row, for the ear. */
  readonly inputs: (row: Row, change: (part: Partial<Row>) => void, of: (label: string) => string) => ComponentChildren;
}

/** A list in the form of a race, to which rows are added. */
export function FormRows<Row>(props: FormRowsProps<Row>) {
  const { title, hint = '', field, rows, fresh, problems, onChange, inputs } = props;
  return (
    <fieldset>
      <legend>{title}</legend>
      {rows.map((row, i) => (
        // Rows have no other name until they are saved.
        <div class="row" key={i}>
          {inputs(
            row,
            (part) => onChange(rows.map((one, at) => (at === i ? { ...one, ...part } : one))),
            (label) => tell('ofRow', { what: label, n: i + 1 }),
          )}
          <button
            type="button"
            aria-label={tell('removeRow', { n: i + 1 })}
            onClick={() => onChange(rows.filter((_, at) => at !== i))}
          >
            ×
          </button>
        </div>
      ))}
      <button type="button" aria-label={`${tell('add')}: ${title}`} onClick={() => onChange([...rows, fresh])}>
        {tell('add')}
      </button>
      <small>{hint}</small>
      <Wrong id={`race-${field}-wrong`} field={field} problems={problems} />
    </fieldset>
  );
}

interface RowInputProps {
  readonly label: string;
  /** Names the row too. */
  readonly name: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: 'text' | 'number' | 'datetime-local';
  readonly required?: boolean;
  readonly pattern?: string;
  readonly step?: string;
}

export function RowInput({ label, name, value, onInput, type = 'text', required = false, ...rest }: RowInputProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        {...rest}
        {...{ required, value }}
        type={type as 'text'}
        aria-label={name}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}
