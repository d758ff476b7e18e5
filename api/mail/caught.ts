import type { Mail, Mailer } from './mail.ts';

export interface CaughtMail extends Mail {
  readonly number: number;
  readonly caughtMs: number;
}

/** For development: keeps the newest letters in memory instead of sending them. */
export interface MailCatcher extends Mailer {
  /** The newest first. */
  caught(): readonly CaughtMail[];
}

export function createMailCatcher({ nowMs, maxMails = 200 }: { nowMs(): number; maxMails?: number }): MailCatcher {
  const kept: CaughtMail[] = [];
  let number = 0;
  return {
    async send(mail) {
      kept.unshift({ ...mail, number: ++number, caughtMs: nowMs() });
      kept.length = Math.min(kept.length, maxMails);
    },
    caught: () => kept,
    close: () => undefined,
  };
}
