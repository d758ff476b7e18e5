import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { writeRace } from '../../runtime/race-config.ts';
import { createTestApi } from '../api-for-tests.ts';
import { boardOfTwo, raceOfTwo } from '../races/races-for-tests.ts';
import { pageFileOf } from './page-files.ts';

const BARE = '<!doctype html><div id="app"></div>';

async function setUp(t: TestContext) {
  const files = new Map([['/races', pageFileOf('.html', Buffer.from(BARE))]]);
  const api = await createTestApi(t, { page: { files, mapStyleUrl: '' } });
  const [setting, [first, second]] = raceOfTwo;
  const stored = await writeRace(api.config, null, { ...setting, name: 'Ten <i>kilometres</i>' }, [
    { ...first, name: 'Ann & "Bea"' },
    second,
  ]);
  await api.clock.advance(0);
  /** Time goes on until it is answered: a board that nobody holds is waited for. */
  const page = async (url: string) => {
    let isOver = false;
    const asked = api.get(url).finally(() => {
      isOver = true;
    });
    while (!isOver) await api.clock.advance(20);
    return asked;
  };
  return { ...api, stored, page };
}

describe('the page of a race', () => {
  test('comes with the name of the race and the first rows of its board, whatever is in a name', async (t) => {
    const { page, holdBoard } = await setUp(t);
    holdBoard('ten', () => boardOfTwo);
    const { status, body, headers } = await page('/races/ten');
    assert.deepEqual([status, headers['cache-control']], [200, 'no-cache']);
    assert.match(body, /<h1>Ten &#60;i&#62;kilometres&#60;\/i&#62;<\/h1>/);
    const rows = [...body.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row]) => row);
    assert.deepEqual(rows, [
      '<td class="rank">1</td><th scope="row" class="who"><a href="/races/ten?athlete=1">Ann &#38; &#34;Bea&#34;</a>' +
        '<small>1 · Harriers · CHE</small></th><td>1.20</td>',
      '<td class="rank">–</td><th scope="row" class="who"><a href="/races/ten?athlete=2">Runner 2</a>' +
        '<small>2 · CHE</small></th><td>–</td>',
    ]);
  });

  test('comes with the name alone while nobody knows a board, and within a bounded time', async (t) => {
    const { page } = await setUp(t);
    const { body } = await page('/races/ten?athlete=1');
    assert.match(body, /<h1>Ten /);
    assert.equal(body.includes('<table'), false);
  });

  test('is as it was built for what is searched or embedded, for a draft and for no race at all', async (t) => {
    const { page, config, clock } = await setUp(t);
    await writeRace(config, null, { ...raceOfTwo[0], id: 'draft', state: 'draft' }, []);
    await clock.advance(0);
    for (const url of [
      '/races/ten?q=ann',
      '/races/ten?sex=female',
      '/races/ten?embed=1',
      '/races/draft',
      '/races/no',
    ]) {
      assert.equal((await page(url)).body, BARE, url);
    }
  });

  test('lists the races that are public', async (t) => {
    const { page } = await setUp(t);
    const { body } = await page('/races');
    const links = [...body.matchAll(/href="([^"]+)"/g)].map(([, address]) => address);
    assert.deepEqual(links, ['/races/ten']);
  });

  test('is drawn once a second at most, packed as the browser likes, and known again by its tag', async (t) => {
    const { page, holdBoard, api, clock } = await setUp(t);
    let moment = boardOfTwo;
    holdBoard('ten', () => moment);
    const { headers } = await page('/races/ten');
    const ask = (more: Record<string, string>) => api.inject({ url: '/races/ten', headers: more });
    moment = { ...boardOfTwo, rows: boardOfTwo.rows.slice(0, 1) };
    const known = await ask({ 'if-none-match': String(headers.etag) });
    assert.deepEqual([known.statusCode, known.payload], [304, '']);
    const packed = await ask({ 'accept-encoding': 'gzip, deflate, br' });
    assert.equal(packed.headers['content-encoding'], 'br');
    assert.match(brotliDecompressSync(packed.rawPayload).toString(), /Runner 2/);
    await clock.advance(1_000);
    assert.equal((await page('/races/ten')).status, 200);
  });
});
