import type { ComponentChildren } from 'preact';
import type { FormField, PlacedProblems } from './place-problems.ts';
import { tell, tellKnown } from './tell.ts';

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly field: FormField;
  readonly problems: PlacedProblems;
  /** The one input, which is given what names it. */
  readonly children: (named: ReturnType<typeof namesOf>) => ComponentChildren;
}

function namesOf(field: FormField, problems: PlacedProblems) {
  const id = `race-${field}`;
  return { id, 'aria-describedby': `${id}-hint ${id}-wrong`, 'aria-invalid': problems.has(field) };
}

/** An input with its label, and below it what the API found wrong with it. */
export function Field({ label, hint = '', field, problems, children }: FieldProps) {
  const named = namesOf(field, problems);
  return (
    <div class="field">
      <label for={named.id}>{label}</label>
      {children(named)}
      <small id={`${named.id}-hint`}>{hint}</small>
      <Wrong id={`${named.id}-wrong`} field={field} problems={problems} />
    </div>
  );
}

/** Everything that is wrong with one input or list, a line each. */
export function Wrong({ id, field, problems }: { id: string; field: FormField; problems: PlacedProblems }) {
  return (
    <ul id={id} class="wrong">
      {(problems.get(field) ?? []).map(({ row, where, message }, i) => {
        const said = [where, tellKnown('problem', message)].filter(Boolean).join(': ');
        return <li key={i}>{row === null ? said : tell('inRow', { n: row, what: said })}</li>;
      })}
    </ul>
  );
}
