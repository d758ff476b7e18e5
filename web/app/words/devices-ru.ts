import type { Phrase } from '../../race/words-en.ts';
import type { devices as english } from './devices-en.ts';

export const devices: Readonly<Record<keyof typeof english, Phrase>> = {
  devices: 'Ваши устройства',
  noDevices: 'Устройств пока нет. Что записывает подключённое, появится здесь само, прямо на ходу.',
  pair: 'Подключить устройство',
  pairHow: 'Введите этот код на устройстве. Он действует один раз, до {when}.',
  deviceUnknown: 'сейчас нельзя узнать, как оно',
  deviceNever: 'от него ещё ничего не пришло',
  deviceSeen: 'последние данные: {when}',
  deviceBattery: 'заряд {n} %',
  deviceFirmware: 'прошивка {firmware}',
  firmwareOf: 'Прошивка: {name}',
  firmwareSince: '{firmware}, с {when}',
  deviceGaps: {
    one: 'за неделю не хватает {n} кадра',
    few: 'за неделю не хватает {n} кадров',
    many: 'за неделю не хватает {n} кадров',
    other: 'за неделю не хватает {n} кадра',
  },
  deviceDead: {
    one: 'не принят {n} кадр',
    few: 'не приняты {n} кадра',
    many: 'не принято {n} кадров',
    other: 'не принято {n} кадра',
  },
  deviceEnded: 'его ключ больше не действует',
  deviceEndOf: 'Удалить {name}',
  deviceEndSure: 'Да, удалить {name}',
};
