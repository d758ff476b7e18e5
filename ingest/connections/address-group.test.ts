import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressGroup, createAddressSet } from './address-group.ts';

test('an IPv4 address counts by itself, however the socket shows it', () => {
  const groups = [
    '192.0.2.7',
    '::ffff:192.0.2.7',
    '0000:0000:0000:0000:0000:ffff:c000:0207',
    '192.0.2.8',
    'memory',
  ].map(addressGroup);
  assert.deepEqual(groups, ['192.0.2.7', '192.0.2.7', '192.0.2.7', '192.0.2.8', 'memory']);
});

test('all addresses of an IPv6 /64 count as one, however they are written', () => {
  const groups = ['2001:db8:0:7::1', '2001:0db8::7:a:b:c:d', '2001:DB8:0:7:ffff::', 'fe80::1%eth0', '::1', '::'];
  assert.deepEqual(groups.map(addressGroup), [
    '2001:db8:0:7::/64',
    '2001:db8:0:7::/64',
    '2001:db8:0:7::/64',
    'fe80:0:0:0::/64',
    '0:0:0:0::/64',
    '0:0:0:0::/64',
  ]);
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      assert.match(addressGroup(address), /^([0-9a-f]{1,4}:){4}:\/64$|^\d+\.\d+\.\d+\.\d+$/);
    }),
  );
});

test('networks hold what is in them, of either family', () => {
  const isTrusted = createAddressSet(['127.0.0.0/8', '::1', '10.1.0.0/16', '2001:db8::/32']);
  const addresses = [
    '127.3.2.1',
    '::ffff:127.0.0.1',
    '::1',
    '10.1.9.9',
    '10.2.0.1',
    '2001:db8:9::1',
    '2001:db9::1',
    'memory',
  ];
  assert.deepEqual(addresses.map(isTrusted), [true, true, true, true, false, true, false, false]);
  for (const wrong of ['10.0.0.0/33', 'loopback', '10.0.0.0/x', '10.0.0/8', '::1/129', '']) {
    assert.throws(() => createAddressSet([wrong]), RangeError, wrong);
  }
});
