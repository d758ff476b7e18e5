import type { Phrase } from '../../race/words-en.ts';
import type { news as english } from './news-en.ts';

export const news: Readonly<Record<keyof typeof english, Phrase>> = {
  news: 'Новости',
  unread: { one: '{n} новая', few: '{n} новые', many: '{n} новых', other: '{n} новых' },
  newOne: 'новое',
  markAllRead: 'Отметить все прочитанными',
  noNews: 'Пока ничего: здесь появятся рекорды и всё, о чём вы хотите знать.',
  withdrawn: 'Оказалось неверным и больше не считается.',
  newsSettings: 'О чём вам сообщать',
  channel_inApp: 'в списке новостей',
  channel_email: 'письмом',
  channel_push: 'push-уведомлением',
  channel_webhook: 'вебхуком',
  quietHours: 'Тихие часы: без писем и push',
  quietHow: 'Что случилось за это время, придёт одним письмом и одним уведомлением, когда они кончатся.',
  quietZone: 'По часам вашего пояса, {zone}.',
  quietFrom: 'с',
  quietTo: 'до',
  newsLanguage: 'Язык новостей и писем',
  settingsSaved: 'Сохранено.',
};
