import type { Clock } from '../../runtime/clock.ts';
import type { Database } from '../database/database.ts';
import type { Mail, Mailer } from '../mail/mail.ts';
import type { Deliver } from '../outbox/outbox.ts';
import { digestOf, newSecret } from './secrets.ts';

/** What a letter's secret is good for, and for how long. */
export const MAIL_TOKENS = { verify: 24 * 3_600_000, reset: 3_600_000, change: 24 * 3_600_000 } as const;
export type MailTokenKind = keyof typeof MAIL_TOKENS;

/** A letter to be written, as it stands in the outbox: never with a secret, which is made when it is sent. */
export type Letter =
  /** Somebody registered with this address; whether it is somebody's already only the letter says. */
  | { readonly letter: 'registration'; readonly email: string }
  /** Somebody wants a new password for this address. */
  | { readonly letter: 'reset'; readonly email: string }
  /** An account wants this to be its address. */
  | { readonly letter: 'change'; readonly account: string; readonly email: string }
  /** To tell an owner what was changed, where it may not have been them. */
  | { readonly letter: TellingLetter; readonly email: string }
  /** Somebody has logged in without the app: so many codes are left. */
  | { readonly letter: 'recovery_code_used'; readonly email: string; readonly left: number };

type TellingLetter = keyof typeof TELLING;

export const LETTERS = 'letter';

/** An address as it is compared. */
export const emailKey = (email: string) => email.toLowerCase();

export interface LettersDeps {
  readonly database: Database;
  readonly mailer: Mailer;
  readonly clock: Clock;
  /** Where people reach the API and its pages, without a slash at the end. */
  readonly publicUrl: string;
}

/** Writes and sends the letters of the outbox. A letter that is sent again has another secret; both are good. */
export function createLetters({ database, mailer, clock, publicUrl }: LettersDeps): Deliver {
  async function newToken(account: string, kind: MailTokenKind, email: string): Promise<string> {
    const secret = newSecret();
    const expires_at = new Date(clock.nowMs() + MAIL_TOKENS[kind]);
    await database
      .insertInto('mail_tokens')
      .values({ hash: digestOf(secret), account, kind, email, expires_at })
      .execute();
    return secret;
  }

  const withSecret = (to: string, subject: string, why: string, page: string, secret: string): Mail => ({
    to,
    subject,
    // Behind the hash: it is in no log of a server on the way, and in no Referer.
    text: `${why}\n\n${publicUrl}/account/${page}#token=${secret}\n\nThe code alone: ${secret}\n\n${NOT_YOU}\n`,
  });

  const plain = (to: string, subject: string, text: string): Mail => ({ to, subject, text: `${text}\n` });

  async function write(letter: Letter): Promise<Mail | null> {
    const { email } = letter;
    if (isTelling(letter)) {
      const [subject, text] = TELLING[letter.letter];
      return plain(email, subject, text);
    }
    if (letter.letter === 'recovery_code_used') {
      const text = `Somebody has logged in with it; ${letter.left} are left, and you can get new ones. ${WRONG}`;
      return plain(email, 'A recovery code was used', text);
    }
    if (letter.letter === 'change') {
      const secret = await newToken(letter.account, 'change', email);
      return withSecret(
        email,
        'Confirm your new e-mail address',
        'This address becomes the one of your account:',
        'confirm-email',
        secret,
      );
    }
    const account = await database
      .selectFrom('accounts')
      .select(['id', 'email', 'verified_at'])
      .where('email_key', '=', emailKey(email))
      .executeTakeFirst();
    // Nobody has the address: nothing is sent, and whoever asked was told the same.
    if (account === undefined) return null;
    if (letter.letter === 'reset') {
      const secret = await newToken(account.id, 'reset', account.email);
      return withSecret(account.email, 'Set a new password', 'Within an hour:', 'reset', secret);
    }
    if (account.verified_at !== null) {
      return plain(account.email, 'You have an account already', `Somebody registered with this address. ${WRONG}`);
    }
    const secret = await newToken(account.id, 'verify', account.email);
    return withSecret(account.email, 'Confirm your e-mail address', 'Welcome. Within a day:', 'verify', secret);
  }

  return async function deliverLetter(data) {
    const mail = await write(data as Letter);
    if (mail !== null) await mailer.send(mail);
  };
}

const NOT_YOU = 'If it was not you who asked, nothing happens unless somebody follows this link.';
const GONE = 'What ages out by itself, streams and the newest samples, is gone within five weeks.';
const WRONG = 'If it was not you, set a new password: your account may be in other hands.';

/** Subject and text of letters that only tell. */
const TELLING = {
  email_changed: ['Your e-mail address was changed', `Another address is used for your account now. ${WRONG}`],
  password_changed: ['Your password was changed', `All other sessions have ended. ${WRONG}`],
  second_factor_on: [
    'A second factor is on',
    `Logging in asks for a code of your app from now on. All other sessions have ended. ${WRONG}`,
  ],
  second_factor_off: ['The second factor is off', `A password is enough to log in again. ${WRONG}`],
  second_factor_taken_away: [
    'Your second factor was taken away',
    'An administrator did it, as is done for who has lost the app and all recovery codes. A password is enough to ' +
      `log in again, until you set another one up. All sessions have ended. ${WRONG}`,
  ],
  export_asked: [
    'Somebody asked for all that is kept of you',
    `It is being written, and is fetched by who is logged in. ${WRONG}`,
  ],
  deleted: ['Your account was deleted', `All that is known of you is being removed. ${GONE}`],
} as const;

function isTelling(letter: Letter): letter is Extract<Letter, { letter: TellingLetter }> {
  return Object.hasOwn(TELLING, letter.letter);
}
