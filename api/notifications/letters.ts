import type { Database } from '../database/database.ts';
import type { Mailer } from '../mail/mail.ts';
import type { InEach } from './languages.ts';
import type { Sender } from './sending.ts';

const SEVERAL: InEach<(count: number) => string> = {
  en: (count) => `${count} notifications from Slipstream`,
  ru: (count) => `Уведомления Slipstream: ${count}`,
};
const SETTINGS: InEach = {
  en: 'What is sent to you, and when, you choose in the settings of notifications',
  ru: 'Что и когда присылать, можно выбрать в настройках уведомлений',
};

export interface NewsLettersDeps {
  readonly database: Database;
  readonly mailer: Mailer;
  /** Without a slash at the end. */
  readonly publicUrl: string;
}

/** Says what is new by letter, one for all that is due, to an address that its owner has confirmed. */
export function createNewsLetters({ database, mailer, publicUrl }: NewsLettersDeps): Sender {
  return async function sendLetter({ account, language, sayings }) {
    const owner = await database
      .selectFrom('accounts')
      .select('email')
      .where('id', '=', account)
      .where('verified_at', 'is not', null)
      .executeTakeFirst();
    if (owner === undefined) return false;
    const [first] = sayings;
    const parts = sayings.map(({ title, text, path }) =>
      [title, ...(text === '' ? [] : [text]), `${publicUrl}${path}`].join('\n'),
    );
    await mailer.send({
      to: owner.email,
      subject: sayings.length === 1 ? first.title : SEVERAL[language](sayings.length),
      text: `${parts.join('\n\n')}\n\n--\n${SETTINGS[language]}: ${publicUrl}/\n`,
    });
    return true;
  };
}
