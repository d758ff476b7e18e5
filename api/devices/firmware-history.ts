import type { AccountCaller } from '../caller.ts';
import { Problem } from '../problem.ts';
import type { Devices } from './devices.ts';
import { LOOK_BACK_MS } from './own-devices.ts';
import type { DeviceReader } from './reader.ts';

interface Asked {
  readonly seen: Pick<DeviceReader, 'firmwares'>;
  readonly devices: Pick<Devices, 'list'>;
}

/** Which firmwares one's own device has run within a year, the newest first. Throws `unknown_own_device`. */
export async function readFirmwares(
  { seen, devices }: Asked,
  caller: AccountCaller,
  device: string,
  { nowMs, signal }: { nowMs: number; signal: AbortSignal },
) {
  const own = await devices.list(caller);
  if (!own.some(({ id }) => id === device)) throw new Problem('unknown_own_device');
  return { firmwares: await seen.firmwares(device, nowMs - LOOK_BACK_MS, signal) };
}
