import type { Phrase } from '../../race/words-en.ts';

/** Of codes of an app besides the password. */
export const secondFactor = {
  secondFactor: 'Second factor',
  secondFactorHow:
    'An app on your phone shows a new code every half minute, and logging in asks for it besides the password. ' +
    'Any app for one-time codes (TOTP) will do.',
  secondFactorNeeded: 'What you may do besides your own training waits until a second factor is on.',
  secondFactorNotOffered: 'It cannot be set up on this server.',
  secondFactorOn: 'On since {when}.',
  setUpSecondFactor: 'Set up a second factor',
  scanThis: 'Scan this picture with the app, or type the secret into it. Neither is shown again.',
  qrOfSecret: 'QR code with the secret for your app',
  secretToType: 'Secret',
  codeOfApp: 'Code of the app',
  codeOfAppOrRecovery: 'Code of the app, or a recovery code',
  switchOn: 'Switch it on',
  recoveryCodes: 'Recovery codes',
  recoveryCodesHow:
    'Each lets you in once without the app. Keep them where you keep no password; they are not shown again.',
  recoveryCodesLeft: { one: '{n} recovery code is left.', other: '{n} recovery codes are left.' },
  saveRecoveryCodes: 'Save as a file',
  recoveryCodesKept: 'I have kept them',
  newRecoveryCodes: 'New recovery codes',
  newRecoveryCodesHow: 'The old ones count no longer.',
  newRecoveryCodesGo: 'Make new codes',
  switchOff: 'Switch the second factor off',
  switchOffHow: 'A password is enough to log in from then on.',
  secondFactorIsOff: 'The second factor is off.',
  secondStep: 'One more step',
  secondStepHow: 'Your account asks for a code besides the password.',
  beginAgain: 'Begin again with the password',

  problem_wrong_code: 'The code is wrong, was used already, or is too old. Take the one that the app shows now.',
  problem_bad_challenge: 'That took too long, or too many codes were wrong. Begin again with the password.',
  problem_second_factor_on: 'A second factor is on already.',
  problem_no_second_factor: 'The second factor is off.',
  problem_second_factor_off: 'This server keeps no second factors at the moment.',
  problem_second_factor_needed: 'This asks for a second factor: set one up in the settings.',
} satisfies Record<string, Phrase>;
