import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { BEN } from '../api/accounts/accounts-for-tests.ts';
import { NOW_MS } from '../api/api-for-tests.ts';
import { GIF, heicOf, imageOf } from '../api/photos/images-for-tests.ts';
import { outAndBack, START_MS, sharedRun } from '../api/sharing/shared-for-tests.ts';
import { applyWorkoutFact } from '../api/workouts/project-activities.ts';
import { factOf } from '../api/workouts/workouts-for-tests.ts';
import { closedAfterAll } from '../runtime/closings-for-tests.ts';
import { openPage, PHONE, startBrowser, until, whyNoBrowser } from './browser.ts';
import { logInOn, showApp } from './shown-app.ts';
import { violationsOf } from './wcag.ts';

/**
 * Adds two photos, one of which only the browser can read, a text, and a HEIC that nobody here can read; says what is
 * in one, moves it, and deletes the other.
 */
async function keepPhotos(page: Page): Promise<void> {
  const photo = async (name: string, width: number) => ({
    ...{ name, mimeType: 'image/jpeg', buffer: await imageOf({ width }) },
  });
  const text = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') };
  const heic = { name: 'phone.heic', mimeType: 'image/heic', buffer: heicOf() };
  const gif = { name: 'b.gif', mimeType: 'image/gif', buffer: GIF };
  await page.getByLabel('Add photos').setInputFiles([await photo('a.jpg', 400), text, heic, gif]);
  await page.getByText('notes.txt: It is no JPEG, PNG or WebP. phone.heic: It is a HEIC').waitFor();
  await page.getByRole('button', { name: 'Photo 2 of 2' }).click();
  await page.getByLabel('Caption').fill('The view');
  await page.getByRole('button', { name: 'Save the caption' }).click();
  await page.getByRole('button', { name: 'The view' }).waitFor();
  await page.getByRole('button', { name: 'Move it forward' }).click();
  await page.locator('.photos li').first().getByRole('img', { name: 'The view' }).waitFor();
  await page.getByRole('button', { name: 'Photo 2 of 2' }).click();
  await page.getByRole('button', { name: 'Delete the photo' }).click();
  await page.getByRole('button', { name: 'Photo 2 of 2' }).waitFor({ state: 'detached' });
}

suite('a workout as others see it', { skip: whyNoBrowser }, () => {
  let browser: Browser;
  const t = closedAfterAll();

  before(async () => {
    browser = await startBrowser(t);
  });

  test('its owner looks at it before it is shown and after, and a stranger opens the address', async () => {
    const app = await showApp(t);
    const { id, ask } = await sharedRun(app, { fixes: outAndBack(1_001), visibility: 'private' });
    const { page, troubles } = await openPage({ browser, t, expected: /status of 415/ }, app.url, PHONE);
    await logInOn(page, BEN);
    await page.goto(`${app.url}/workouts/${id}`);
    await page.getByRole('button', { name: 'See it as others do' }).click();
    await page.getByText('Nobody but you sees it.').waitFor();
    await page.locator('[data-hidden-by=workout]').waitFor();
    await page.getByRole('img', { name: 'The track that is shown, north up' }).waitFor();
    await page.getByText('What lies around your privacy zones is held back').waitFor();
    assert.deepEqual(await violationsOf(page), []);
    const { status } = await ask('PATCH', `/${id}`, { visibility: 'everybody' }, { 'if-match': '"workout-2"' });
    assert.equal(status, 200);
    await page.reload();
    await page.getByRole('button', { name: 'See it as others do' }).click();
    await keepPhotos(page);
    assert.deepEqual(await violationsOf(page), []);
    const address = await page.getByRole('link', { name: 'Its address for others' }).getAttribute('href');
    assert.equal(address, `/app/shared/${id}`);
    const stranger = await openPage({ browser, t }, `${app.origin}${address}`, PHONE);
    await stranger.page.getByText('Only a part of it is shown').waitFor();
    await stranger.page.getByRole('img', { name: 'The track that is shown, north up' }).waitFor();
    await stranger.page.getByRole('img', { name: 'The view' }).waitFor();
    await stranger.page.getByRole('button', { name: 'The view' }).click();
    await stranger.page.getByRole('figure').getByRole('img', { name: 'The view' }).waitFor();
    await until('every photo is there', () =>
      stranger.page.evaluate<boolean>('[...document.images].every(({ naturalWidth }) => naturalWidth > 0)'),
    );
    assert.deepEqual(await violationsOf(stranger.page), []);
    assert.deepEqual([troubles, stranger.troubles], [[], []]);
  });

  test('it is joined with the one before, which is told to processors, and that is undone', async () => {
    const app = await showApp(t);
    const { id, athlete, endMs } = await sharedRun(app, { fixes: outAndBack(301) });
    const later = factOf(athlete, START_MS + 1_200_000, { endMs: START_MS + 1_800_000 });
    assert.equal(await applyWorkoutFact(app.database.kysely, later, NOW_MS), true);
    const { page, troubles } = await openPage({ browser, t }, app.url, PHONE);
    await logInOn(page, BEN);
    await page.goto(`${app.url}/workouts/${later.entity}`);
    await page.getByRole('button', { name: 'Join it with the one before' }).click();
    await page.getByText('It is counted again from what was recorded').waitFor();
    await page.locator('[data-edit=waiting]').waitFor();
    await app.identity.outbox.runDue();
    assert.deepEqual(
      app.asked.map(({ fromMs, untilMs }) => [fromMs, untilMs]),
      [[START_MS, later.activity.endMs]],
    );
    assert.ok(endMs < later.activity.startMs && id !== later.entity);
    await page.getByRole('button', { name: /^Undo: Joined on/ }).click();
    await page.locator('[data-edit]').waitFor({ state: 'detached' });
    assert.deepEqual(await violationsOf(page), []);
    assert.deepEqual(troubles, []);
  });
});
