import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { CONSENTS } from '../api/accounts/accounts-for-tests.ts';
import { createTestApi } from '../api/api-for-tests.ts';
import { readPageFiles } from '../api/page/page-files.ts';
import { buildPage } from '../web/build/build-page.ts';

export const PERSON = { email: 'ann@example.test', password: 'correct horse battery' };

/** The application over the API with twins in place of the stores, and PGlite. */
export async function showApp(t: Pick<TestContext, 'after'>) {
  const { dir: pageDir } = await buildPage();
  const page = { files: await readPageFiles(pageDir, ''), mapStyleUrl: '' };
  const own = await createTestApi(t, { page, startMs: Date.now() });
  await own.api.listen({ host: '127.0.0.1', port: 0 });
  const { port } = own.api.server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;

  /** The link of the newest letter to an address, as this server is reached. */
  async function linkTo(email: string): Promise<string> {
    await own.identity.outbox.runDue();
    const letter = own.mailer.caught().find(({ to }) => to === email);
    const [, path] = /http:\/\/here\.test(\/account\/\S+)/.exec(letter?.text ?? '') ?? [];
    assert.ok(path, `no letter with a link to ${email}`);
    return `${origin}${path}`;
  }

  /** Registers and confirms somebody, without the page. */
  async function register(person = PERSON): Promise<void> {
    await own.ask({ method: 'POST', url: '/v1/accounts', payload: { ...person, consents: CONSENTS } });
    const token = (await linkTo(person.email)).split('#token=')[1];
    const payload = { token, password: person.password };
    const { status } = await own.ask({ method: 'POST', url: '/v1/accounts/verifications', payload });
    assert.equal(status, 204);
  }

  return { ...own, origin, url: `${origin}/app`, linkTo, register };
}

/** Fills in the log-in that is shown. */
export async function logInOn(page: Page, { email, password } = PERSON): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Today' }).waitFor();
}
