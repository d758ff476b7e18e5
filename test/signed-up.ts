import assert from 'node:assert/strict';
import { presentText } from '../schemas/consent-texts.ts';

/** A running deployment's API as one person uses it. */
export interface SignedUp {
  readonly account: string;
  readonly athlete: string;
  /** Of the session. */
  readonly accessToken: string;
  ask<Answer>(method: string, path: string, said?: { body?: object; ifMatch?: string }): Promise<Asked<Answer>>;
}

export interface Asked<Answer> {
  readonly status: number;
  readonly etag: string;
  readonly body: Answer;
}

const PASSWORD = 'correct horse battery';

/**
 * Signs up by the caught letter, which an operator may read: whoever asks an API that was started with
 * `--open-loopback`, else by `operatorToken`. `apiUrl` is the API's origin. Whatever it refuses fails the test.
 */
export async function signUpAt(apiUrl: string, email: string, operatorToken?: string): Promise<SignedUp> {
  async function asking<Answer>(
    method: string,
    path: string,
    { body, ifMatch }: { body?: object; ifMatch?: string },
    token?: string,
  ): Promise<Asked<Answer>> {
    const ask = () =>
      fetch(`${apiUrl}${path}`, {
        method,
        headers: {
          ...(body && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
    // A database that is being made takes the processor for seconds, and what is watched meanwhile is lost and found.
    const untilMs = Date.now() + 60_000;
    let answer = await ask();
    while (answer.status === 503 && Date.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      answer = await ask();
    }
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return {
      status: answer.status,
      etag: answer.headers.get('etag') ?? '',
      body: (text === '' ? null : JSON.parse(text)) as Answer,
    };
  }

  const consents = { healthData: presentText('healthData').version };
  await asking('POST', '/v1/accounts', { body: { email, password: PASSWORD, consents } });
  await asking('POST', '/v1/accounts/verifications', { body: { token: await codeFor(), password: PASSWORD } });
  const body = { email, password: PASSWORD, as: 'token' };
  const { accessToken } = (await asking<{ accessToken: string }>('POST', '/v1/sessions', { body })).body;
  const own = (await asking<{ id: string; athlete: string }>('GET', '/v1/account', {}, accessToken)).body;
  return {
    account: own.id,
    athlete: own.athlete,
    accessToken,
    ask: (method, path, said = {}) => asking(method, path, said, accessToken),
  };

  async function codeFor(): Promise<string> {
    const untilMs = Date.now() + 60_000;
    for (;;) {
      const { mails } = (
        await asking<{ mails: { to: string; text: string }[] }>('GET', '/v1/operations/mail', {}, operatorToken)
      ).body;
      const code = /The code alone: (\S+)/.exec(mails.find(({ to }) => to === email)?.text ?? '')?.[1];
      if (code !== undefined) return code;
      if (Date.now() > untilMs) assert.fail(`no letter to ${email}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
