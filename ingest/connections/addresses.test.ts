import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { type AddressLimits, type AddressPlace, createAddresses } from './addresses.ts';

const NONE: AddressLimits = {
  maxConnectionsPerAddress: 0,
  maxUnauthenticatedPerAddress: 0,
  maxConnectsPerAddressMinute: 0,
  maxFailedConnectsPerAddressMinute: 0,
  maxUnauthenticatedBytesPerAddressMinute: 0,
  trustedAddresses: [],
};

function setUp(limits: Partial<AddressLimits>) {
  const clock = createManualClock();
  const addresses = createAddresses({ limits: { ...NONE, ...limits }, clock });
  const arrive = (address: string) => {
    const place = addresses.arrive(address);
    return typeof place === 'string' ? place : 'in';
  };
  const enter = (address: string): AddressPlace => {
    const place = addresses.arrive(address);
    assert.ok(typeof place === 'object');
    return place;
  };
  return { clock, addresses, arrive, enter };
}

test('an address has room for so many connections, another one for its own, and who leaves makes room', () => {
  const { arrive, enter } = setUp({ maxConnectionsPerAddress: 2 });
  const first = enter('192.0.2.1');
  first.authenticated();
  enter('192.0.2.1').authenticated();
  assert.deepEqual([arrive('192.0.2.1'), arrive('192.0.2.2')], ['too_many_from_address', 'in']);
  first.leave();
  assert.deepEqual([arrive('192.0.2.1'), arrive('192.0.2.1')], ['in', 'too_many_from_address']);
});

test('strangers of an address have less room than those who showed a token', () => {
  const { arrive, enter } = setUp({ maxUnauthenticatedPerAddress: 1 });
  const first = enter('2001:db8::1');
  assert.equal(arrive('2001:db8::2'), 'too_many_from_address');
  first.authenticated();
  assert.equal(arrive('2001:db8::2'), 'in');
});

test('connecting too often, and failing too often, is refused for the rest of the minute', async () => {
  for (const [limit, reason] of [
    ['maxConnectsPerAddressMinute', 'connecting_too_often'],
    ['maxFailedConnectsPerAddressMinute', 'too_many_failures'],
  ] as const) {
    const { clock, arrive, enter } = setUp({ [limit]: 3 });
    for (let i = 0; i < 3; i++) enter('192.0.2.1').leave();
    assert.deepEqual([arrive('192.0.2.1'), arrive('192.0.2.9')], [reason, 'in']);
    await clock.advance(59_999);
    assert.equal(arrive('192.0.2.1'), reason);
    await clock.advance(1);
    assert.equal(arrive('192.0.2.1'), 'in');
  }
});

test('a connection that showed a token is no failure when it leaves', () => {
  const { arrive, enter } = setUp({ maxFailedConnectsPerAddressMinute: 1 });
  const place = enter('192.0.2.1');
  place.authenticated();
  place.leave();
  assert.equal(arrive('192.0.2.1'), 'in');
});

test('the bytes of strangers are bounded for all connections of the address together', async () => {
  const { clock, arrive, enter } = setUp({ maxUnauthenticatedBytesPerAddressMinute: 1_000 });
  const [one, two] = [enter('192.0.2.1'), enter('192.0.2.1')];
  assert.deepEqual([one.unauthenticatedBytes(600), two.unauthenticatedBytes(400)], [null, null]);
  assert.equal(two.unauthenticatedBytes(1), 'too_many_failures');
  assert.equal(arrive('192.0.2.1'), 'too_many_failures');
  await clock.advance(60_000);
  assert.deepEqual([two.unauthenticatedBytes(1_000), arrive('192.0.2.2')], [null, 'in']);
});

test('who is trusted has no limit, and every limit can be switched off', () => {
  const trusted = setUp({ maxConnectionsPerAddress: 1, trustedAddresses: ['127.0.0.0/8'] });
  const off = setUp({});
  for (let i = 0; i < 100; i++)
    assert.deepEqual([trusted.arrive('::ffff:127.0.0.1'), off.arrive('192.0.2.1')], ['in', 'in']);
  assert.equal(trusted.addresses.count, 0);
});

test('only so many addresses are remembered, and those with connections always', () => {
  const { addresses, enter, arrive } = setUp({ maxConnectionsPerAddress: 1 });
  enter('192.0.2.1').authenticated();
  for (let i = 0; i < 70_000; i++) enter(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`).leave();
  assert.equal(addresses.count, 65_536);
  assert.equal(arrive('192.0.2.1'), 'too_many_from_address');
});
