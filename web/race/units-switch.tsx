import { UNIT_SYSTEMS, type Units, units } from '../units.ts';
import { say } from './language.ts';
import { chooseUnits } from './measures.ts';

const ALL = Object.keys(UNIT_SYSTEMS) as Units[];

export function UnitsSwitch() {
  return (
    <select
      aria-label={say('units')}
      value={units.value}
      onChange={(event) => chooseUnits(event.currentTarget.value as Units)}
    >
      {ALL.map((one) => (
        <option key={one} value={one}>
          {say(one)}
        </option>
      ))}
    </select>
  );
}
