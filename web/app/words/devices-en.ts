import type { Phrase } from '../../race/words-en.ts';

export const devices = {
  devices: 'Your devices',
  noDevices: 'No device yet. What a paired one records appears here by itself, while it runs.',
  pair: 'Pair a device',
  pairHow: 'Type this code into the device. It is good once, until {when}.',
  deviceUnknown: 'how it is cannot be told now',
  deviceNever: 'nothing came from it yet',
  deviceSeen: 'newest data: {when}',
  deviceBattery: 'battery {n} %',
  deviceFirmware: 'firmware {firmware}',
  firmwareOf: 'Firmware of {name}',
  firmwareSince: '{firmware}, since {when}',
  deviceGaps: { one: '{n} frame of the last week is missing', other: '{n} frames of the last week are missing' },
  deviceDead: { one: '{n} frame was not accepted', other: '{n} frames were not accepted' },
  deviceEnded: 'its credential counts no more',
  deviceEndOf: 'Remove {name}',
  deviceEndSure: 'Yes, remove {name}',
} satisfies Record<string, Phrase>;
