import type { Phrase } from '../../race/words-en.ts';

export const news = {
  news: 'News',
  unread: { one: '{n} new', other: '{n} new' },
  newOne: 'new',
  markAllRead: 'Mark all as read',
  noNews: 'Nothing yet: records and what else you want to be told of appear here.',
  withdrawn: 'It turned out not to hold, and counts no more.',
  newsSettings: 'What you are told of',
  channel_inApp: 'in the list of news',
  channel_email: 'by e-mail',
  channel_push: 'by push',
  channel_webhook: 'by webhook',
  quietHours: 'Quiet hours: no letters and no push',
  quietHow: 'What comes in them is held back and comes as one letter and one push when they end.',
  quietZone: 'By the clock of {zone}, your time zone.',
  quietFrom: 'from',
  quietTo: 'to',
  newsLanguage: 'Language of news and letters',
  settingsSaved: 'Saved.',
} satisfies Record<string, Phrase>;
