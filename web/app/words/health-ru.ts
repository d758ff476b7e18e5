import type { Phrase } from '../../race/words-en.ts';
import type { health as english } from './health-en.ts';

export const health: Readonly<Record<keyof typeof english, Phrase>> = {
  health: 'Данные о здоровье с телефона',
  healthHow:
    'Что говорят о дне «Здоровье» Apple и Health Connect вместе с записями ваших устройств. Если одно и то же ' +
    'время измерили несколько источников, берётся один, и ничто не считается дважды.',
  healthDay: 'День',
  healthNothing: 'Об этом дне ничего не известно.',
  healthSource: 'Источник',
  healthTime: 'Время',
  healthAmount: 'Количество',
  healthWhy: 'Почему он',
  healthTotal: '{measure}: {total}',
  healthFrom: '{app} ({device})',
  healthFile: 'загруженный файл',
  why_only: 'больше никто не измерял',
  why_preferred: 'вы предпочитаете его; измеряли также: {others}',
  why_order: 'стоит выше, чем {others}',
  healthCut: 'За этот день есть больше, чем показано.',
  measure_heart_rate: 'Пульс',
  measure_spo2: 'Кислород в крови',
  measure_respiration_rate: 'Частота дыхания',
  measure_speed: 'Скорость',
  measure_power: 'Мощность',
  measure_cadence: 'Каденс',
  measure_skin_temperature: 'Температура кожи',
  measure_steps: 'Шаги',
  measure_distance: 'Расстояние',
  measure_active_energy: 'Активная энергия',
  measure_resting_heart_rate: 'Пульс в покое',
  measure_hrv_sdnn: 'Вариабельность пульса (SDNN)',
  measure_hrv_rmssd: 'Вариабельность пульса (RMSSD)',
  measure_weight: 'Вес',
  measure_blood_glucose: 'Глюкоза в крови',

  healthExport:
    'С iPhone: в «Здоровье» нажмите на свой снимок, затем «Экспортировать медданные», и выберите здесь этот zip. ' +
    'С Android: в Health Connect, в разделе «Резервное копирование и восстановление», настройте экспорт ' +
    'и выберите zip, который он создаст.',
  file_health: 'Загружено записей о здоровье: {records}, тренировок: {workouts}.',
  file_health_left: 'Здесь не хранится: {types}.',
  reason_bad_zip: 'Этот zip повреждён. Создайте или скачайте его заново.',
  reason_bad_database: 'База данных этой выгрузки повреждена или создана не телефоном. Создайте её заново.',
  reason_consent_needed: 'Вы отозвали согласие на данные о здоровье раньше, чем файл был прочитан.',

  deviceName: 'Название: {name}',
  deviceRename: 'Переименовать {name}',
  deviceRenameGo: 'Сохранить',
  deviceOwnName: 'Само называет себя {name}; оставьте пустым, чтобы звать его так.',
};
