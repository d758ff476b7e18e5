import { Choice } from '../progress/choice.tsx';
import { saveFile } from '../save-file.ts';
import { csvOf } from './csv.ts';
import type { Retention, RetentionOf } from './product-answers.ts';
import { retentionOf } from './product-store.ts';
import { count, dayText, percent, say } from './say.ts';

const RETENTION_OF: readonly RetentionOf[] = ['logging', 'active'];

/** Of those who signed up in a week, how many were there in each week after: darker is more. */
export function RetentionSection({ retention: { cohorts } }: { retention: Retention }) {
  const weeks = Math.max(0, ...cohorts.map((one) => one.weeks.length));
  const columns = Array.from({ length: weeks }, (_, i) => i);
  function save(): void {
    const rows = cohorts.map(({ monday, people, weeks: own }) => [
      monday,
      people,
      ...columns.map((i) => own[i] ?? null),
    ]);
    const head = ['monday', 'people', ...columns.map((i) => `week_${i}`)];
    saveFile(new Blob([csvOf(head, rows)], { type: 'text/csv' }), `retention-${retentionOf.value}.csv`);
  }
  return (
    <section class="whole" aria-labelledby="retention">
      <h2 id="retention">{say('retention')}</h2>
      <p class="none">{say('retentionHow')}</p>
      <Choice
        label={say('retentionOf')}
        value={retentionOf.value}
        options={RETENTION_OF.map((one) => [one, say(`retention_${one}`)])}
        onChoose={(one) => {
          retentionOf.value = one;
        }}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard. */}
      <section class="scroll" aria-label={say('retention')} tabIndex={0}>
        <table class="cohorts">
          <thead>
            <tr>
              <th scope="col">{say('weekOf')}</th>
              <th scope="col">{say('people')}</th>
              {columns.map((i) => (
                <th scope="col" key={i}>
                  {say('weekAfter', { n: i })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cohorts.map(({ monday, people, weeks: own }) => (
              <tr key={monday} data-cohort={monday}>
                <th scope="row">{dayText(monday)}</th>
                <td>{count(people)}</td>
                {columns.map((i) => (
                  <Cell key={i} people={people} there={own[i]} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <button type="button" onClick={save} aria-label={say('csvOf', { label: say('retention') })}>
        {say('csv')}
      </button>
    </section>
  );
}

/** Five shades: ink stays readable on each of them. */
const SHADES = 5;

function Cell({ people, there }: { people: number | null; there: number | null | undefined }) {
  if (there === undefined) return <td />;
  if (there === null || people === null) return <td>{say('withheldShort')}</td>;
  if (people === 0) return <td>–</td>;
  const share = there / people;
  return <td class={`shade-${Math.min(SHADES - 1, Math.floor(share * SHADES))}`}>{percent(share)}</td>;
}
