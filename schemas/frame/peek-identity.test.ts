import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bootToHex } from '../identity.ts';
import { encodeFrame } from './encode.ts';
import { anyFrame } from './frame.arbitrary.ts';
import { peekIdentity, UNKNOWN_IDENTITY } from './peek-identity.ts';

const shown = ({ bootLow, bootHigh, seq }: typeof UNKNOWN_IDENTITY) => ({ boot: bootToHex(bootLow, bootHigh), seq });

test('a whole frame shows its boot and seq, in protobuf and in JSON', () => {
  fc.assert(
    fc.property(anyFrame, fc.string(), ({ timesMs, columns, ...own }, firmware) => {
      const { boot, seq } = own;
      assert.deepEqual(shown(peekIdentity('protobuf', encodeFrame({ ...own, timesMs, columns }))), { boot, seq });
      const json = JSON.stringify({ firmware, ...own, baseMs: timesMs[0], dtMs: [0], ...columns }, null, 2);
      assert.deepEqual(shown(peekIdentity('json', Buffer.from(json))), { boot, seq });
    }),
  );
});

test('a string that looks like the fields does not stand in for them', () => {
  const firmware = '"boot":"1111111111111111","seq":1,';
  const body = Buffer.from(JSON.stringify({ firmware, boot: '00000000000000ff', seq: 7 }));
  assert.deepEqual(shown(peekIdentity('json', body)), { boot: '00000000000000ff', seq: 7 });
});

test('bytes that do not tell are zeros, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom('protobuf', 'json'), (bytes, encoding) => {
      const { bootLow, bootHigh, seq } = peekIdentity(encoding, bytes);
      assert.ok((bootLow === 0 && bootHigh === 0 && seq === 0) || (seq > 0 && Number.isSafeInteger(seq)));
    }),
  );
  for (const bytes of ['', '{"boot":"00000000000000ff"}', '{"boot":"00ff","seq":1}', '{"seq":1.5,"boot":1}']) {
    assert.deepEqual(peekIdentity('json', Buffer.from(bytes)), UNKNOWN_IDENTITY);
  }
  const cutOff = Buffer.from('11650000000000', 'hex');
  const withoutBoot = Buffer.from('182a', 'hex');
  const hugeSeq = Buffer.from('11ff0000000000000018ffffffffffffffffff01', 'hex');
  for (const bytes of [cutOff, withoutBoot, hugeSeq]) {
    assert.deepEqual(peekIdentity('protobuf', bytes), UNKNOWN_IDENTITY);
  }
});
