import type { Phrase } from '../../race/words-en.ts';

export const account = {
  account: 'Account',
  accountOf: 'Logged in as {email}.',
  administration: 'Administration',
  productTo: 'What people do with Slipstream',
  logOut: 'Log out',
  logOutEverywhere: 'Log out everywhere',

  sessions: 'Where you are logged in',
  sessionHere: 'this browser',
  sessionSeen: 'last seen {when}, from {address}',
  sessionEnd: 'End',
  sessionEndOf: 'End the session of {agent}',
  sessionEnded: 'It has ended, and counts for nothing within two seconds.',
  unknownAgent: 'a program without a name',
  showMore: 'Show more',

  changePassword: 'Change the password',
  changePasswordHow: 'All other sessions end.',
  passwordChanged: 'The password is changed; all other sessions have ended.',
  changeEmail: 'Change the e-mail address',
  newEmail: 'New e-mail address',
  changeEmailGo: 'Send a letter to it',
  emailAsked: 'A letter is on its way to {email}. The address changes once its link was followed.',
} satisfies Record<string, Phrase>;
