import type { Measure, Sums } from '../../schemas/athlete-progress.ts';
import { MEASURE_NAMES, say, written } from './say.ts';

interface SumsTableProps {
  /** What opens it. */
  readonly title: string;
  /** What is in it, for who does not see where it stands. */
  readonly label: string;
  readonly head: string;
  readonly columns: readonly Measure[];
  readonly rows: readonly (readonly [name: string, sums: Sums])[];
}

/** Sums in rows, closed until it is asked for; on a phone it scrolls by itself. */
export function SumsTable({ title, label, head, columns, rows }: SumsTableProps) {
  return (
    <details>
      <summary>{title}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard. */}
      <section class="scroll" aria-label={label} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{head}</th>
              {columns.map((one) => (
                <th scope="col" key={one}>
                  {say(MEASURE_NAMES[one])}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, sums]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {columns.map((one) => (
                  <td key={one}>{written(one, sums[one])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
