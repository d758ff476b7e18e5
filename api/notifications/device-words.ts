import type { Trouble } from '../devices/trouble/find-trouble.ts';
import type { InEach, Reader } from './languages.ts';

/** Something is the matter with one's device, since a moment; what was told first stays until it is over. */
export interface DeviceNews {
  readonly device: string;
  /** As its owner calls it. */
  readonly name: string;
  readonly trouble: Trouble;
  /** Percent of charge or of frames, ms that the clock is off, or when it was last heard of. */
  readonly value: number;
}

const TITLES: Readonly<Record<Trouble, InEach<(name: string, value: number) => string>>> = {
  battery: {
    en: (name, percent) => `${name}: the battery is at ${percent} %`,
    ru: (name, percent) => `${name}: заряд ${percent} %`,
  },
  silent: {
    en: (name) => `${name} has been silent for two days`,
    ru: (name) => `${name}: два дня нет данных`,
  },
  workout: {
    en: (name) => `${name} went silent during a workout`,
    ru: (name) => `${name}: во время тренировки пропали данные`,
  },
  dead_letters: {
    en: (name, percent) => `${name}: ${percent} % of what it sends is not accepted`,
    ru: (name, percent) => `${name}: ${percent} % данных не принимается`,
  },
  clock: {
    en: (name, ms) => `${name}: its clock is ${minutes(ms)} min ${ms > 0 ? 'slow' : 'fast'}`,
    ru: (name, ms) => `${name}: часы ${ms > 0 ? 'отстают' : 'спешат'} на ${minutes(ms)} мин`,
  },
};

/** What to do about it. */
const ADVICE: Readonly<Record<Trouble, InEach>> = {
  battery: { en: 'Charge it before the next workout.', ru: 'Зарядите его до следующей тренировки.' },
  silent: {
    en: 'See that it is on and reaches the network. If you do not use it any more, let it go in the settings.',
    ru: 'Проверьте, что оно включено и в сети. Если вы им больше не пользуетесь, отвяжите его в настройках.',
  },
  workout: {
    en: 'See that it is on and near the phone. What it recorded meanwhile comes when it is connected again.',
    ru: 'Проверьте, что оно включено и рядом с телефоном. Записанное за это время придёт, когда связь вернётся.',
  },
  dead_letters: {
    en: 'Update its software, and restart it. The settings say which rules its data break.',
    ru: 'Обновите его прошивку и перезапустите его. В настройках видно, какие правила нарушают данные.',
  },
  clock: {
    en: 'Set its clock, or let it be set by the phone. The times of what it sent were corrected.',
    ru: 'Установите на нём время или включите синхронизацию с телефоном. Времена присланного исправлены.',
  },
};

const minutes = (ms: number) => Math.round(Math.abs(ms) / 60_000);

export function deviceWords({ name, trouble, value }: DeviceNews, { language }: Reader) {
  return { title: TITLES[trouble][language](name, value), text: ADVICE[trouble][language] };
}
