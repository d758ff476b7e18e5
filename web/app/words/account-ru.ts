import type { Phrase } from '../../race/words-en.ts';
import type { account as english } from './account-en.ts';

export const account: Readonly<Record<keyof typeof english, Phrase>> = {
  account: 'Учётная запись',
  accountOf: 'Вы вошли как {email}.',
  administration: 'Администрирование',
  productTo: 'Что люди делают со Slipstream',
  logOut: 'Выйти',
  logOutEverywhere: 'Выйти везде',

  sessions: 'Где вы вошли',
  sessionHere: 'этот браузер',
  sessionSeen: 'был активен {when}, с адреса {address}',
  sessionEnd: 'Закончить',
  sessionEndOf: 'Закончить сеанс {agent}',
  sessionEnded: 'Сеанс закончен и через две секунды не действует.',
  unknownAgent: 'программа без названия',
  showMore: 'Показать ещё',

  changePassword: 'Сменить пароль',
  changePasswordHow: 'Все другие сеансы закончатся.',
  passwordChanged: 'Пароль сменён; все другие сеансы закончены.',
  changeEmail: 'Сменить адрес почты',
  newEmail: 'Новый адрес почты',
  changeEmailGo: 'Прислать на него письмо',
  emailAsked: 'Письмо на {email} уже в пути. Адрес сменится, когда откроют ссылку.',
};
