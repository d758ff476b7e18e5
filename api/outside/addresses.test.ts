import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPublicAddress } from './addresses.ts';

const INSIDE = [
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '100.100.100.200', '127.0.0.1', '127.255.255.254', '169.254.169.254'],
  ...['172.16.0.1', '172.31.255.255', '192.0.0.192', '192.168.1.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
  ...['168.63.129.16', '192.0.2.1', '240.0.0.1'],
  ...['::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '::ffff:0:127.0.0.1'],
  ...['64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::', '2001::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'fc00::1'],
  ...['fd00:ec2::254', 'ff02::1', '2001:db8::1', '100::1', '4000::1'],
];

test('addresses of one’s own networks, and those that stand for them, are not public', () => {
  assert.deepEqual(INSIDE.filter(isPublicAddress), []);
});

test('addresses of the internet are', () => {
  const outside = ['1.1.1.1', '93.184.215.14', '172.32.0.1', '::ffff:1.1.1.1', '2606:4700::1111', '2a00:1450::1'];
  assert.deepEqual(outside.filter(isPublicAddress), outside);
});

test('what is no address is not public', () => {
  for (const text of ['', 'localhost', '1', '0x7f000001', '127.1', '1.1.1.1:80', '[::1]']) {
    assert.equal(isPublicAddress(text), false, text);
  }
});

test('an IPv4 address inside of IPv6 is judged as itself', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      assert.equal(isPublicAddress(`::ffff:${address}`), isPublicAddress(address));
    }),
  );
});
