import type { Phrase } from '../../race/words-en.ts';
import type { profile as english } from './profile-en.ts';

export const profile: Readonly<Record<keyof typeof english, Phrase>> = {
  profile: 'О вас',
  profileHow: 'Отсюда следуют зоны, нагрузка и энергия. Изменённое число действует с сегодняшнего дня.',
  birthDate: 'Дата рождения',
  sex: 'Пол, как его знают формулы',
  female: 'женский',
  male: 'мужской',
  weightKg: 'Вес, кг',
  heightCm: 'Рост, см',
  restingHeartRate: 'Пульс в покое',
  maxHeartRate: 'Максимальный пульс',
  thresholdHeartRate: 'Пороговый пульс',
  region: 'Страна, двумя буквами',
};
