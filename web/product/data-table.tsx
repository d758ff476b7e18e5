import { saveFile } from '../save-file.ts';
import { csvOf } from './csv.ts';
import { say } from './say.ts';

interface DataTableProps {
  /** What is in it. */
  readonly label: string;
  readonly head: readonly string[];
  /** As people read them. */
  readonly rows: readonly (readonly string[])[];
  /** The same as programs read it. */
  readonly csv: { readonly name: string; readonly head: readonly string[]; readonly rows: Parameters<typeof csvOf>[1] };
}

/** What a chart shows, as a table and as a file. */
export function DataTable({ label, head, rows, csv }: DataTableProps) {
  const save = () => saveFile(new Blob([csvOf(csv.head, csv.rows)], { type: 'text/csv' }), `${csv.name}.csv`);
  return (
    <>
      <details>
        <summary>{say('asTable')}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard. */}
        <section class="scroll" aria-label={label} tabIndex={0}>
          <table>
            <thead>
              <tr>
                {head.map((name) => (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(([name, ...cells]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  {cells.map((cell, i) => (
                    <td key={head[i + 1]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
      <button type="button" onClick={save} aria-label={say('csvOf', { label })}>
        {say('csv')}
      </button>
    </>
  );
}
