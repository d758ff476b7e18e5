import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientFrame, FrameReader, HEAD_BYTES } from './frame-reader.ts';

/** As a server sends it. */
function serverFrame(payload: Uint8Array): Buffer {
  const { length } = payload;
  const header = length < 126 ? Buffer.alloc(2) : Buffer.alloc(length < 65_536 ? 4 : 10);
  header[0] = 0x82;
  header[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

test('however a stream is cut, its frames are found, each with its length and how it begins', () => {
  const length = fc.oneof(fc.integer({ min: 0, max: 600 }), fc.constantFrom(0, 125, 126, 65_535, 65_536, 70_000));
  const cuts = fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.array(length, { maxLength: 6 }), cuts, (lengths, parts) => {
      const payloads = lengths.map((bytes, i) => Buffer.alloc(bytes, i + 1));
      const stream = Buffer.concat(payloads.map(serverFrame));
      const reader = new FrameReader();
      const found: unknown[] = [];
      for (let at = 0, n = 0; at < stream.length; n++) {
        const part = parts[n % parts.length];
        reader.push(stream.subarray(at, at + part), ({ opcode, payloadBytes, head }) => {
          found.push([opcode, payloadBytes, head.toString('hex')]);
        });
        at += part;
      }
      assert.deepEqual(
        found,
        payloads.map((payload) => [2, payload.length, payload.subarray(0, HEAD_BYTES).toString('hex')]),
      );
    }),
  );
});

test('a frame of a client is masked with zeros', () => {
  assert.equal(clientFrame(0x1, Buffer.from('hi')).toString('hex'), '8182000000006869');
  const long = clientFrame(0x2, Buffer.alloc(300));
  assert.deepEqual([long.length, long.subarray(0, 8).toString('hex')], [308, '82fe012c00000000']);
});
