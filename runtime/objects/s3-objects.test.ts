import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { testObjects } from './conformance.ts';
import { ObjectsUnavailableError } from './objects.ts';
import { createS3Objects } from './s3-objects.ts';

const SECRET = 'a secret';
const objects = new Map<string, Buffer>();
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** What AWS says a request's signature is (SigV4), worked out from what came. */
function signatureOf({ method, url, headers }: IncomingMessage): string {
  const [, day, region, signed] =
    /Credential=key\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+),/.exec(headers.authorization ?? '') ??
    [];
  if (day === undefined) return 'none';
  const named = signed.split(';').map((name) => `${name}:${headers[name]}\n`);
  const canonical = [method, url, '', named.join(''), signed, headers['x-amz-content-sha256']].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = `AWS4-HMAC-SHA256\n${headers['x-amz-date']}\n${day}/${region}/s3/aws4_request\n${digest}`;
  const key = hmac(hmac(hmac(hmac(`AWS4${SECRET}`, day), region), 's3'), 'aws4_request');
  return hmac(key, text).toString('hex');
}

/** A bucket in memory that refuses what is not signed rightly. */
const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const key = request.url!;
  if (!request.headers.authorization?.endsWith(`Signature=${signatureOf(request)}`)) {
    return void response.writeHead(403).end('<Code>SignatureDoesNotMatch</Code>');
  }
  if (request.method === 'PUT') objects.set(key, Buffer.concat(parts));
  if (request.method === 'DELETE') objects.delete(key);
  const found = objects.get(key);
  if (request.method === 'GET' && found === undefined) return void response.writeHead(404).end();
  response.writeHead(request.method === 'DELETE' ? 204 : 200).end(request.method === 'GET' ? found : undefined);
});

const open = (secretAccessKey = SECRET) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket/`;
  return createS3Objects({ url, region: 'eu-central-1', accessKeyId: 'key', secretAccessKey, timeoutMs: 20_000 });
};

before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
after(() => new Promise((resolve) => server.close(resolve)));

testObjects('s3', async () => open());

test('a store that refuses, or is not there, is out of reach', async () => {
  await assert.rejects(open('another secret').put('imports/x', Buffer.from('x')), ObjectsUnavailableError);
  const nobody = createS3Objects({
    ...{ url: 'http://127.0.0.1:1/bucket', region: 'x', accessKeyId: 'key', secretAccessKey: SECRET, timeoutMs: 5_000 },
  });
  await assert.rejects(nobody.get('imports/x'), ObjectsUnavailableError);
});
