import { useState } from 'preact/hooks';
import { send } from './account-api.ts';
import { Field, Trouble } from './form.tsx';
import { tell } from './tell.ts';

export interface NamedDevice {
  readonly device: string;
  readonly name: string;
  /** As it calls itself. */
  readonly ownName: string;
  readonly version: number;
}

const MAX_NAME_CHARACTERS = 60;

/** Calls a device otherwise, from the version that is shown. */
export function DeviceName({ device, onRenamed }: { device: NamedDevice; onRenamed: () => void }) {
  const { name, ownName, version } = device;
  const [said, setSaid] = useState(name === ownName ? '' : name);
  const [wrong, setWrong] = useState<unknown>(null);

  async function save(event: Event): Promise<void> {
    event.preventDefault();
    const label = said.trim();
    try {
      await send('PATCH', `/devices/${device.device}`, { name: label === '' ? null : label }, tagged(version));
      setWrong(null);
      onRenamed();
    } catch (error) {
      setWrong(error);
    }
  }

  return (
    <details>
      <summary>{tell('deviceRename', { name })}</summary>
      <form onSubmit={save}>
        <Field
          label={tell('deviceName', { name })}
          name="name"
          value={said}
          hint={tell('deviceOwnName', { name: ownName })}
          maxLength={MAX_NAME_CHARACTERS}
          onInput={setSaid}
        />
        <button type="submit">{tell('deviceRenameGo')}</button>
        <Trouble error={wrong} />
      </form>
    </details>
  );
}

const tagged = (version: number) => ({ 'if-match': `"device-${version}"` });
