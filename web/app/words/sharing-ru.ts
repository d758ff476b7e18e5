import type { Phrase } from '../../race/words-en.ts';
import type { sharing as english } from './sharing-en.ts';

export const sharing: Readonly<Record<keyof typeof english, Phrase>> = {
  shared: 'Тренировка',
  asOthersSee: 'Что видят другие',
  seeAsOthers: 'Показать, как видят другие',
  hideAsOthers: 'Закрыть',
  isShared: 'Это видит каждый, у кого есть адрес:',
  isNotShared: 'Никто, кроме вас, её не видит. Если открыть её всем, они увидят это:',
  hiddenBy_workout: 'Сама тренировка открыта не всем: это можно изменить.',
  hiddenBy_activities: 'Ваш профиль никому не показывает тренировки.',
  isCut: 'Всё вокруг ваших закрытых мест скрыто: числа и трек — только оставшейся части.',
  isCutForOthers: 'Показана только часть, и числа относятся к ней.',
  sharedAddress: 'Её адрес для других',
  trackOf: 'Показанный трек, север сверху',
  trackHidden: 'Трек не показан.',
  nothingLeft: 'Показать нечего.',
};
