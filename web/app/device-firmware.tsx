import { useState } from 'preact/hooks';
import { dateAndTimeIn } from '../format.ts';
import { language } from '../race/language.ts';
import { read } from './account-api.ts';
import { Trouble } from './form.tsx';
import { tell } from './tell.ts';

interface Firmware {
  readonly firmware: string;
  readonly sinceMs: number;
}

const readFirmwares = async (device: string) =>
  (await read<{ firmwares: readonly Firmware[] }>(`/devices/${device}/firmwares`)).firmwares;

/** Which firmwares a device has run, and since when; asked for when somebody wants to know. */
export function DeviceFirmware({ device, name }: { device: string; name: string }) {
  const [all, setAll] = useState<readonly Firmware[] | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);

  function look(isOpen: boolean): void {
    if (!isOpen) return;
    readFirmwares(device).then((found) => {
      setAll(found);
      setWrong(null);
    }, setWrong);
  }

  return (
    <details onToggle={({ currentTarget }) => look(currentTarget.open)}>
      <summary>{tell('firmwareOf', { name })}</summary>
      {all === null && wrong === null && <p>{tell('loading')}</p>}
      <ul>
        {(all ?? []).map(({ firmware, sinceMs }) => (
          <li key={sinceMs}>{tell('firmwareSince', { firmware, when: dateAndTimeIn(language.value, sinceMs) })}</li>
        ))}
      </ul>
      <Trouble error={wrong} />
    </details>
  );
}
