import { createTransport } from 'nodemailer';
import { UndeliverableError } from '../outbox/outbox.ts';
import type { Mailer } from './mail.ts';

/** A permanent answer (RFC 5321, 4.2.1). */
const FIRST_PERMANENT_CODE = 500;

/** Sends by SMTP: `smtps://user:password@host:465`, or `smtp://…` with STARTTLS where the server offers it. */
export function createSmtpMailer({ url, from, timeoutMs }: { url: string; from: string; timeoutMs: number }): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 2,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // What is sent is text of ours: nothing is fetched for it.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text }) {
      try {
        await transport.sendMail({ from, to: { name: '', address: to }, subject, text });
      } catch (cause) {
        const { responseCode = 0, message } = cause as Error & { responseCode?: number };
        if (responseCode >= FIRST_PERMANENT_CODE) throw new UndeliverableError(message, { cause });
        throw cause;
      }
    },
    close: () => transport.close(),
  };
}
