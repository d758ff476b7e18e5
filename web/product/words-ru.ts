import type { ProductDictionary } from './words-en.ts';

export const ru: ProductDictionary = {
  title: 'Что люди делают со Slipstream',
  places: 'Разделы',
  toApp: 'Мои тренировки',
  toOperations: 'Состояние системы',
  toLogIn: 'Войти',
  language: 'Язык',
  loading: 'Загрузка …',
  noAnswer: 'Нет ответа: показано то, что пришло раньше; запрос повторится сам.',
  refusedLogIn: 'Страница для администраторов: сначала войдите.',
  refusedRole: 'Страница для администраторов, а ваша учётная запись — нет.',
  refusedOther: 'Сервер её не показывает.',

  hypothesis: 'Записывают ли люди тренировки регулярно?',
  hypothesisYes: 'Да, люди записывают регулярно: {numbers}.',
  hypothesisNo: 'Нет, большинство не записывает регулярно: {numbers}.',
  hypothesisOpen: 'Пока нельзя сказать, записывают ли регулярно больше {half}: {numbers}.',
  hypothesisNumbers:
    '{people} из {of} ({share}; с уверенностью 95 % от {low} до {high}) — 3 недели из 4 с {from} по {until}',
  hypothesisFew: 'Здесь четыре недели пробыло слишком мало людей, чтобы сказать что-то, не говоря об отдельных.',
  hypothesisNobody: 'Четыре недели здесь ещё никто не пробыл, сказать нечего.',
  privacyRule: 'Только о тех, кто согласился на подсчёт. Меньше {n} человек, или все без столь немногих, скрыты.',

  funnel: 'От регистрации до регулярных записей',
  funnelHow: 'Люди, что зарегистрировались с {from}. Регулярно — когда-либо три недели из четырёх подряд.',
  step: 'Шаг',
  step_signedUp: 'Зарегистрировались',
  step_verified: 'Подтвердили адрес',
  step_firstWorkout: 'Записали первую тренировку',
  step_regular: 'Записывали регулярно',
  people: 'Людей',
  shareOfFirst: 'От зарегистрированных',
  withheld: 'скрыто',
  withheldShort: '·',

  active: 'Активные люди',
  active_daily: 'За день',
  active_weekly: 'За 7 дней',
  active_monthly: 'За 30 дней',
  stickiness: 'Из 30 дней — за день',
  activeHow: 'Разные люди за {day} и за дни до него. Последнее: кто был в этот день, от бывших за 30 дней.',
  activeChart: 'За {n} дней: людей за 30 дней от {low} до {high}, в последний день {now}.',
  day: 'День',

  retention: 'Кто остаётся',
  retentionHow:
    'Доля зарегистрировавшихся за неделю, что были в ту же неделю (0) и в каждую следующую. Точка — скрыто.',
  retentionOf: 'Что считать',
  retention_logging: 'записали тренировку',
  retention_active: 'были здесь или записали',
  weekOf: 'Зарегистрировались в неделю с',
  weekAfter: 'Неделя {n}',

  asTable: 'Таблицей',
  csv: 'Сохранить CSV',
  csvOf: 'Сохранить CSV: {label}',
};
