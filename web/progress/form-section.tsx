import type { FormSeries } from '../../schemas/athlete-progress.ts';
import { FormChart, LINES } from './form-chart.tsx';
import { form } from './progress-store.ts';
import { dayText, plain, say } from './say.ts';

const DAY_MS = 86_400_000;

/** Half a year of fitness, fatigue and form: as lines, in numbers of today, and by week as a table. */
export function FormSection() {
  const shown = form.value;
  if (shown === null || shown.start === null) return null;
  return (
    <section aria-labelledby="form">
      <h2 id="form">{say('form')}</h2>
      <dl class="numbers">
        {LINES.map(({ name, phrase, color }) => (
          <div key={name} data-line={name}>
            <dt>
              <span class="swatch" style={{ background: `var(${color})` }} /> {say(phrase)}
            </dt>
            <dd class="value">{plain(shown[name].at(-1) ?? 0)}</dd>
          </div>
        ))}
      </dl>
      <FormChart form={shown} start={shown.start} />
      <p>{say('formHow')}</p>
      {shown.activitiesWithoutLoad > 0 && <p>{say('withoutLoad', { n: shown.activitiesWithoutLoad })}</p>}
      <FormTable form={shown} start={shown.start} />
    </section>
  );
}

function FormTable({ form, start }: { form: FormSeries; start: string }) {
  // The newest first, a week apart.
  const places = form.fitness.map((_, i) => i).filter((i) => (form.fitness.length - 1 - i) % 7 === 0);
  return (
    <details>
      <summary>{say('asTable')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{say('day')}</th>
            {LINES.map(({ name, phrase }) => (
              <th scope="col" key={name}>
                {say(phrase)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {places.reverse().map((i) => (
            <tr key={i}>
              <th scope="row">{dayText(new Date(Date.parse(start) + i * DAY_MS).toISOString().slice(0, 10))}</th>
              {LINES.map(({ name }) => (
                <td key={name}>{plain(form[name][i], 1)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
