import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib';
import { createTestApi } from '../api-for-tests.ts';
import { readPageFiles } from './page-files.ts';

const HTML = '<!doctype html><meta name="map-style" content="" />';

async function setUp(t: TestContext, mapStyleUrl = '') {
  const dir = await mkdtemp(join(tmpdir(), 'slip-page-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await mkdir(join(dir, 'assets'));
  await writeFile(join(dir, 'index.html'), HTML);
  await writeFile(join(dir, 'race.html'), `${HTML}race`);
  await writeFile(join(dir, 'operations.html'), `${HTML}operations`);
  await writeFile(join(dir, 'progress.html'), `${HTML}progress`);
  await writeFile(join(dir, 'product.html'), `${HTML}product`);
  await writeFile(join(dir, 'organiser.html'), `${HTML}organiser`);
  await writeFile(join(dir, 'app.html'), `${HTML}app`);
  const installed = [
    'service-worker.js',
    'app.webmanifest',
    'icon.svg',
    'icon-192.png',
    'icon-512.png',
    'icon-whole.png',
  ];
  for (const name of installed) await writeFile(join(dir, name), JSON.stringify(name));
  await writeFile(join(dir, 'assets', 'page-1.js'), 'let x');
  // What the build has packed is sent as it is, and is no file of its own.
  await writeFile(join(dir, 'assets', 'page-1.js.br'), brotliCompressSync('let x'));
  await writeFile(join(dir, 'secret.txt'), 'secret');
  return createTestApi(t, { page: { files: await readPageFiles(dir, mapStyleUrl), mapStyleUrl } });
}

test('the page is served at the root, its files for ever, packed for who takes it', async (t) => {
  const { get, api } = await setUp(t);
  const page = await get('/');
  assert.deepEqual(
    [page.status, page.headers['content-type'], page.headers['cache-control'], page.body],
    [200, 'text/html; charset=utf-8', 'no-cache', HTML],
  );
  const ask = (accepted: string) => api.inject({ url: '/assets/page-1.js', headers: { 'accept-encoding': accepted } });
  const packed = await ask('gzip, deflate, br');
  assert.equal(brotliDecompressSync(packed.rawPayload).toString(), 'let x');
  assert.equal(gunzipSync((await ask('gzip, deflate')).rawPayload).toString(), 'let x');
  assert.equal((await ask('identity')).payload, 'let x');
  assert.equal(packed.headers['cache-control'], 'public, max-age=31536000, immutable');
  const known = await api.inject({ url: '/', headers: { 'if-none-match': String(page.headers.etag) } });
  assert.deepEqual([known.statusCode, known.payload], [304, '']);
});

test('the page of races is served for each of them, and other sites may show the embedded one', async (t) => {
  const { get } = await setUp(t);
  const ancestors = async (url: string) => {
    const { status, body, headers } = await get(url);
    const [, who] = /frame-ancestors (\S+)/.exec(String(headers['content-security-policy'])) ?? [];
    return [status, body, headers['cache-control'], who];
  };
  const page = [200, `${HTML}race`, 'no-cache'];
  assert.deepEqual(await ancestors('/races'), [...page, "'none'"]);
  assert.deepEqual(await ancestors('/races/ten?athlete=7'), [...page, "'none'"]);
  assert.deepEqual(await ancestors('/races/ten?embed=1'), [...page, '*']);
});

test('pages that hold nothing without a token or a log-in are served to all', async (t) => {
  const { get } = await setUp(t);
  for (const name of ['operations', 'progress', 'product']) {
    const { status, body, headers } = await get(`/${name}`);
    assert.deepEqual([status, body, headers['cache-control']], [200, `${HTML}${name}`, 'no-cache']);
    assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/);
  }
});

test('the application is served wherever one is in it, and for the links of letters', async (t) => {
  const { get } = await setUp(t);
  for (const url of ['/app', '/app/history?sport=run', '/app/workouts/7', '/account/verify', '/account/reset']) {
    const { status, body, headers } = await get(url);
    assert.deepEqual([status, body, headers['cache-control']], [200, `${HTML}app`, 'no-cache'], url);
    assert.match(String(headers['content-security-policy']), /manifest-src 'self'.*frame-ancestors 'none'/, url);
  }
});

test('what installs the application is served under names that stay, and asked for anew each time', async (t) => {
  const { get } = await setUp(t);
  const types = {
    '/service-worker.js': 'text/javascript; charset=utf-8',
    '/app.webmanifest': 'application/manifest+json',
    '/icon.svg': 'image/svg+xml',
    '/icon-192.png': 'image/png',
  };
  for (const [url, type] of Object.entries(types)) {
    const { status, headers } = await get(url);
    assert.deepEqual([status, headers['content-type'], headers['cache-control']], [200, type, 'no-cache'], url);
  }
});

test('the page of organisers is served for each race, and no other site may show it', async (t) => {
  const { get } = await setUp(t);
  for (const url of ['/organiser', '/organiser/ten?bib=7', '/organiser/ten?embed=1']) {
    const { status, body, headers } = await get(url);
    assert.deepEqual([status, body, headers['cache-control']], [200, `${HTML}organiser`, 'no-cache'], url);
    assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/, url);
  }
});

test('nothing else in the folder or around it is served', async (t) => {
  const { get } = await setUp(t);
  for (const url of [
    '/secret.txt',
    '/assets/../secret.txt',
    '/assets/..%2fsecret.txt',
    '/assets/none.js',
    '/assets/page-1.js.br',
  ]) {
    assert.equal((await get(url)).status, 404, url);
  }
});

test('the page may speak to nobody but us, unless an operator names a map', async (t) => {
  const plain = await (await setUp(t)).get('/');
  assert.match(String(plain.headers['content-security-policy']), /connect-src 'self' ws: wss:;/);
  const { get } = await setUp(t, 'https://maps.example/style.json?a="b"');
  const { headers, body } = await get('/');
  assert.match(String(headers['content-security-policy']), /connect-src 'self' ws: wss: https:;/);
  assert.match(body, /content="https:\/\/maps\.example\/style\.json\?a=&#34;b&#34;"/);
});
