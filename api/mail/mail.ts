/** One letter, in plain text: links can be read before they are followed, and nothing is loaded. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Hands letters on. `send` resolves once somebody else answers for the letter; it throws when nobody does. */
export interface Mailer {
  send(mail: Mail): Promise<void>;
  close(): void;
}
