import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStoreUrl } from './store-url.ts';

test('a user and a password in the URL become basic authentication', () => {
  assert.deepEqual(readStoreUrl('https://ad%40min:p%3Aw%2F@store:9000/base/'), {
    base: 'https://store:9000/base',
    username: 'ad@min',
    password: 'p:w/',
    headers: { authorization: `Basic ${Buffer.from('ad@min:p:w/').toString('base64')}` },
  });
});

test('a URL without them needs none', () => {
  assert.deepEqual(readStoreUrl('http://127.0.0.1:9000'), {
    base: 'http://127.0.0.1:9000',
    username: '',
    password: '',
    headers: {},
  });
});
