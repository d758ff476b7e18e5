import type { Phrase } from '../race/words-en.ts';

export const en = {
  places: 'Places',
  today: 'Today',
  live: 'Live',
  activities: 'Activities',
  progress: 'Progress',
  races: 'Races',
  settings: 'Settings',
  language: 'Language',
  loading: 'Loading …',
  wait: 'One moment …',
  unreachable: 'No answer from the server. Is there a network? Nothing is lost; try again.',
  nothingHere: 'Nothing is at this address.',
  toToday: 'To the start',
  offline: 'No network: what you see came before.',

  welcome: 'One place for your training: what you did, what runs live, and how you progress.',
  email: 'E-mail address',
  password: 'Password',
  passwordHint: 'At least 12 characters; a few words do.',
  newPassword: 'New password',
  currentPassword: 'Password as it is now',

  logIn: 'Log in',
  logInAgain: 'Your session has ended: here, on another device, or by its time. Log in again; drafts are kept.',
  noAccount: 'No account yet?',
  haveAccount: 'Have an account?',
  forgotten: 'Forgot the password?',
  withToken: 'A link with the token of a device opens its activities without an account.',

  signUp: 'Sign up',
  signUpGo: 'Create my account',
  checkMail: 'Look at your mail',
  checkMailHow:
    'A letter to {email} holds a link. Follow it, in this browser or any other; this page notices by itself.',
  code: 'Or the code of the letter',
  codeGo: 'Confirm',
  noLetter: 'No letter? Look among the unwanted ones, or',
  otherAddress: 'sign up with another address',

  verify: 'Confirm your address',
  verifyHow: 'With the password that you chose, so that nobody else’s account becomes yours.',
  verifyGo: 'Confirm and log in',
  noCode: 'This address is opened by the link of a letter, which has a code. This one has none.',

  forgot: 'Set a new password',
  forgotGo: 'Send me a letter',
  forgotSent: 'If {email} has an account, a letter is on its way. Its link is good for an hour.',
  reset: 'Your new password',
  resetHow: 'Every session ends, also that of whoever knew the old one.',
  resetGo: 'Set it',
  resetDone: 'It is set: log in with it.',

  confirmEmail: 'Confirm your new address',
  confirmEmailGo: 'Make it my address',
  emailConfirmed: 'It is the address of your account now.',

  account: 'Account',
  accountOf: 'Logged in as {email}.',
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

  problem_wrong_credentials: 'The address or the password is wrong, or the address is not confirmed yet.',
  problem_bad_mail_token: 'The code is none of ours, was used, or is too old. Ask for another letter.',
  problem_too_many_attempts: 'Too many wrong guesses for this address: it is locked for a while.',
  problem_too_many_requests: 'Too many requests from here; wait a minute.',
  problem_busy: 'The server is busy; try again in a moment.',
  problem_store_unavailable: 'A part of the server is out of reach; try again in a moment.',
  problem_email_taken: 'The address belongs to another account meanwhile.',
  problem_invalid_request: 'Something in the form will not do; it is said below its field.',
  problem_changed_meanwhile: 'It was changed elsewhere meanwhile; look at it again.',
} satisfies Record<string, Phrase>;

export type AppPhrase = keyof typeof en;
export type AppDictionary = Readonly<Record<AppPhrase, Phrase>>;
