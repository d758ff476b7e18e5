import type { Phrase } from '../../race/words-en.ts';

export const entry = {
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
  consents: 'What you agree to',
  consentsSaved: 'It is kept, with its date.',
  consentsGo: 'Save',
  agreedSince: 'Agreed on {when}.',
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
} satisfies Record<string, Phrase>;
