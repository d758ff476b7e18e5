import type { Phrase } from '../../race/words-en.ts';
import type { common as english } from './common-en.ts';

export const common: Readonly<Record<keyof typeof english, Phrase>> = {
  places: 'Разделы',
  today: 'Сегодня',
  live: 'Сейчас',
  history: 'История',
  add: 'Добавить тренировку',
  addShort: 'Добавить',
  workout: 'Тренировка',
  progress: 'Прогресс',
  progressAll: 'Прогресс: тенденции, форма, рекорды и годы',
  settings: 'Настройки',
  language: 'Язык',
  loading: 'Загрузка …',
  wait: 'Минуту …',
  unreachable: 'Сервер не отвечает. Есть ли сеть? Ничего не потеряно, попробуйте ещё раз.',
  nothingHere: 'По этому адресу ничего нет.',
  toToday: 'В начало',
  offline: 'Нет сети: показано то, что пришло раньше.',
};
