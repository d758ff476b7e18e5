import { useEffect, useState } from 'preact/hooks';
import { SPORTS, type Sport } from '../../schemas/events.ts';
import { sportName } from '../progress/say.ts';
import { read } from './account-api.ts';
import { today } from './dated-rows.ts';
import { Field, Select, Trouble } from './form.tsx';
import { tell } from './tell.ts';

/** What holds on a day in a sport, as far as it is shown. */
interface Values {
  readonly heartRateZonesBpm?: readonly number[];
  readonly areZonesStated: boolean;
}

/** The zones that hold on a day in a sport, and where they come from. */
export function ZonesSection({ version }: { version: string }) {
  const [sport, setSport] = useState<Sport>('run');
  const [day, setDay] = useState(today());
  const [values, setValues] = useState<Values | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  useEffect(() => {
    let isWanted = true;
    if (day === '') return;
    read<Values>(`/profile/values?sport=${sport}&day=${day}`).then(
      (next) => {
        if (isWanted) setValues(next);
        if (isWanted) setWrong(null);
      },
      (error) => isWanted && setWrong(error),
    );
    return () => {
      isWanted = false;
    };
  }, [sport, day, version]);
  return (
    <section aria-labelledby="zones">
      <h2 id="zones">{tell('zones')}</h2>
      <div class="more">
        <Select
          label={tell('sport')}
          name="zones-sport"
          value={sport}
          options={SPORTS.map((one) => [one, sportName(one)])}
          onInput={(next) => setSport(next as Sport)}
        />
        <Field label={tell('zonesDay')} name="zones-day" type="date" value={day} onInput={setDay} />
      </div>
      <div role="status">{values !== null && <Zones values={values} />}</div>
      <Trouble error={wrong} />
    </section>
  );
}

function Zones({ values: { heartRateZonesBpm: bounds = [], areZonesStated } }: { values: Values }) {
  if (bounds.length === 0) return <p>{tell('zonesNone')}</p>;
  return (
    <>
      <table class="zones-table">
        <thead>
          <tr>
            <th scope="col">{tell('zone')}</th>
            <th scope="col">{tell('zoneFrom')}</th>
            <th scope="col">{tell('zoneTo')}</th>
          </tr>
        </thead>
        <tbody>
          {bounds.map((from, i) => (
            <tr key={from} data-zone={i + 1}>
              <th scope="row">{i + 1}</th>
              <td>{from <= 1 ? '–' : tell('beats', { n: Math.round(from) })}</td>
              <td>{i + 1 < bounds.length ? tell('beats', { n: Math.round(bounds[i + 1]) - 1 }) : tell('zoneOpen')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="none">{tell(areZonesStated ? 'zonesStated' : 'zonesDerived')}</p>
    </>
  );
}
