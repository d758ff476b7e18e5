import type { Phrase } from '../../race/words-en.ts';
import type { edits as english } from './edits-en.ts';

export const edits: Readonly<Record<keyof typeof english, Phrase>> = {
  joinAndSplit: 'Объединить и разделить',
  joinBefore: 'Объединить с предыдущей',
  joinNone: 'Другой записанной тренировки перед ней нет.',
  splitAt: 'Вторая часть начинается через, ч:мм:сс',
  splitGo: 'Разделить здесь',
  editWaits: 'Она пересчитывается по записанному; это займёт несколько секунд.',
  editIsJoin: 'Объединена {when}',
  editIsSplit: 'Разделена {when}',
  undo: 'Отменить',
  undoOf: 'Отменить: {what}',
  undone: 'Отменено, пересчитывается.',
  changeJoined: 'Объединена с другой',
  changeSplit: 'Разделена на две',
  changeRestored: 'Объединение или разделение отменено',
};
