import { useEffect, useState } from 'preact/hooks';
import { language } from '../race/language.ts';
import { Field, Trouble } from './form.tsx';
import { type HealthDay, type HealthSource, readHealthDay, type Taken } from './health-api.ts';
import { tell } from './tell.ts';
import type { AppPhrase } from './words-en.ts';

/** By the clock of this browser. */
function today(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

const isDay = (text: string) => /^(19|20)\d{2}-\d{2}-\d{2}$/.test(text);

/** What a day consists of: which source was taken for which time, and why. */
export function HealthSection() {
  const [day, setDay] = useState(today);
  const [found, setFound] = useState<HealthDay | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);

  useEffect(() => {
    if (!isDay(day)) return;
    let isGone = false;
    readHealthDay(day).then(
      (answer) => {
        if (isGone) return;
        setFound(answer);
        setWrong(null);
      },
      (error) => {
        if (!isGone) setWrong(error);
      },
    );
    return () => {
      isGone = true;
    };
  }, [day]);
  return (
    <section aria-labelledby="health">
      <h2 id="health">{tell('health')}</h2>
      <p>{tell('healthHow')}</p>
      <Field label={tell('healthDay')} name="day" type="date" value={day} onInput={setDay} />
      <div role="status">
        {found?.measures.length === 0 && found.levels.length === 0 && <p>{tell('healthNothing')}</p>}
      </div>
      {found !== null && <DayOfSources day={found} />}
      <Trouble error={wrong} />
    </section>
  );
}

function DayOfSources({ day }: { day: HealthDay }) {
  const clock = new Intl.DateTimeFormat(language.value, { timeStyle: 'short', timeZone: day.timeZone });
  const nameOf = (source: string) => sourceName(day.sources.find((one) => one.source === source));
  const whyOf = ({ why, over }: Taken) => tell(`why_${why}`, { others: over.map(nameOf).join(', ') });
  return (
    <>
      {day.measures.map(({ measure, unit, total, spans }) => (
        <details key={measure} data-measure={measure}>
          <summary>
            {total === null
              ? measureName(measure)
              : tell('healthTotal', { measure: measureName(measure), total: amount(total, unit) })}
          </summary>
          <div class="scrolls">
            <table>
              <thead>
                <tr>
                  <th scope="col">{tell('healthTime')}</th>
                  <th scope="col">{tell('healthSource')}</th>
                  {total !== null && <th scope="col">{tell('healthAmount')}</th>}
                  <th scope="col">{tell('healthWhy')}</th>
                </tr>
              </thead>
              <tbody>
                {spans.map((span) => (
                  <tr key={span.startMs}>
                    <td>
                      {clock.format(span.startMs)}–{clock.format(span.endMs)}
                    </td>
                    <td>
                      <bdi>{nameOf(span.source)}</bdi>
                    </td>
                    {total !== null && <td>{span.amount === null ? '' : amount(span.amount, unit)}</td>}
                    <td>{whyOf(span)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      ))}
      <ul class="rows">
        {day.levels.map((level) => (
          <li key={level.measure} data-measure={level.measure}>
            <span>
              <strong>
                {tell('healthTotal', { measure: measureName(level.measure), total: amount(level.value, level.unit) })}
              </strong>
              <small>
                {clock.format(level.atMs)} · <bdi>{nameOf(level.source)}</bdi> · {whyOf(level)}
              </small>
            </span>
          </li>
        ))}
      </ul>
      {!day.isWhole && <p>{tell('healthCut')}</p>}
    </>
  );
}

const measureName = (measure: string) => tell(`measure_${measure}` as AppPhrase);

function sourceName(source: HealthSource | undefined): string {
  if (source === undefined || source.kind === 'file') return tell('healthFile');
  const { app, device } = source;
  return app !== '' && device !== '' ? tell('healthFrom', { app, device }) : app || device;
}

function amount(value: number, unit: string): string {
  const [shown, name] = unit === 'm' && value >= 1_000 ? [value / 1_000, 'km'] : [value, unit];
  const digits = Math.abs(shown) < 100 && name !== '1' ? 1 : 0;
  const number = new Intl.NumberFormat(language.value, { maximumFractionDigits: digits }).format(shown);
  return name === '1' ? number : `${number} ${name}`;
}
