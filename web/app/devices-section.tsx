import { useEffect, useState } from 'preact/hooks';
import { dateAndTimeIn } from '../format.ts';
import { language } from '../race/language.ts';
import { read, send } from './account-api.ts';
import { DeviceFirmware } from './device-firmware.tsx';
import { DeviceName, type NamedDevice } from './device-name.tsx';
import { Trouble } from './form.tsx';
import { tell } from './tell.ts';

/** What the API answers about a device, as far as the application reads it. */
interface OwnDevice extends NamedDevice {
  readonly credentialExpiresMs: number | null;
  /** Null while the store gives no answer. */
  readonly state: {
    readonly lastSeenMs: number | null;
    readonly batteryPercent: number | null;
    readonly firmware: string;
    readonly missingFrames: number;
  } | null;
  readonly deadLetters: { readonly messages: number } | null;
}

interface PairingCode {
  readonly code: string;
  readonly expiresMs: number;
}

const readDevices = async () => (await read<{ devices: readonly OwnDevice[] }>('/devices')).devices;
/** While a code is shown, the device that takes it is looked for. */
const LOOK_EVERY_MS = 3_000;

/** One's own devices: how they are, how another is paired, and how one is let go. */
export function DevicesSection() {
  const [devices, setDevices] = useState<readonly OwnDevice[] | null>(null);
  const [code, setCode] = useState<PairingCode | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const attempt = (act: Promise<void>) => void act.then(() => setWrong(null), setWrong);
  const look = async () => setDevices(await readDevices());

  async function pair(): Promise<void> {
    setCode((await (await send('POST', '/devices/pairings')).json()) as PairingCode);
  }

  async function end(device: string): Promise<void> {
    await send('DELETE', `/devices/${device}`);
    await look();
  }

  useEffect(() => attempt(look()), []);
  useEffect(() => {
    if (code === null) return;
    const timer = setInterval(() => {
      if (Date.now() > code.expiresMs) setCode(null);
      else if (!document.hidden) attempt(look());
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [code]);
  return (
    <section aria-labelledby="devices">
      <h2 id="devices">{tell('devices')}</h2>
      {devices?.length === 0 && <p>{tell('noDevices')}</p>}
      <ul class="rows">
        {(devices ?? []).map((one) => (
          <li key={one.device} data-device={one.name}>
            <DeviceRow device={one} onEnd={() => attempt(end(one.device))} />
            {one.state !== null && one.state.firmware !== '' && <DeviceFirmware device={one.device} name={one.name} />}
            <DeviceName key={one.version} device={one} onRenamed={() => attempt(look())} />
          </li>
        ))}
      </ul>
      <p>
        <button type="button" onClick={() => attempt(pair())}>
          {tell('pair')}
        </button>
      </p>
      <div role="status">
        {code !== null && (
          <>
            <p>{tell('pairHow', { when: dateAndTimeIn(language.value, code.expiresMs) })}</p>
            <p class="value code">{code.code}</p>
          </>
        )}
      </div>
      <Trouble error={wrong} />
    </section>
  );
}

function DeviceRow({ device, onEnd }: { device: OwnDevice; onEnd: () => void }) {
  const { name, state, deadLetters, credentialExpiresMs } = device;
  const [isSure, setSure] = useState(false);
  const seenMs = state?.lastSeenMs ?? null;
  const battery = state?.batteryPercent ?? null;
  const said = [
    ...(state === null ? [tell('deviceUnknown')] : []),
    ...(state !== null && seenMs === null ? [tell('deviceNever')] : []),
    ...(seenMs === null ? [] : [tell('deviceSeen', { when: dateAndTimeIn(language.value, seenMs) })]),
    ...(battery === null ? [] : [tell('deviceBattery', { n: Math.round(battery) })]),
    ...(state === null || state.firmware === '' ? [] : [tell('deviceFirmware', { firmware: state.firmware })]),
    ...(state === null || state.missingFrames === 0 ? [] : [tell('deviceGaps', { n: state.missingFrames })]),
    ...(deadLetters === null || deadLetters.messages === 0 ? [] : [tell('deviceDead', { n: deadLetters.messages })]),
    ...(credentialExpiresMs === null ? [tell('deviceEnded')] : []),
  ];
  return (
    <>
      <span>
        <strong>{name}</strong>
        <small>{said.join(' · ')}</small>
      </span>
      {isSure ? (
        <button type="button" onClick={onEnd}>
          {tell('deviceEndSure', { name })}
        </button>
      ) : (
        <button type="button" aria-label={tell('deviceEndOf', { name })} onClick={() => setSure(true)}>
          {tell('remove')}
        </button>
      )}
    </>
  );
}
