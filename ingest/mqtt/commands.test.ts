import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topics } from '../../schemas/names.ts';
import { encodeCommand } from '../../schemas/websocket-framing.ts';
import { said, startMqtt } from './mqtt-for-tests.ts';
import type { Version } from './packets.ts';

const PINGREQ = Buffer.from([0xc0, 0x00]);
const subscribe = (messageId: number, ...filters: string[]) => ({
  cmd: 'subscribe' as const,
  messageId,
  subscriptions: filters.map((topic) => ({ topic, qos: 1 as const, nl: false, rap: false, rh: 0 })),
});
const unsubscribe = (messageId: number, ...unsubscriptions: string[]) => ({
  cmd: 'unsubscribe' as const,
  messageId,
  unsubscriptions,
});
const own = topics.commandsFilter('watch');
const message = (name: string, payload: string) => ({
  cmd: 'publish',
  topic: topics.command('watch', name),
  payload,
  qos: 0,
  dup: false,
  retain: false,
});

async function startWithCommands(...[t, options]: Parameters<typeof startMqtt>) {
  const front = await startMqtt(t, options);
  const command = (device: string, name: string, payload: string) =>
    front.bus.publish(front.names.command(device), encodeCommand({ name, payload: Buffer.from(payload) }));
  return { ...front, command };
}

for (const version of [4, 5] as Version[]) {
  test(`version ${version}: a device hears its own commands, once for all filters that match`, async (t) => {
    const { enter, command, counts } = await startWithCommands(t);
    const client = await enter(version);
    command('watch', 'sync', 'too early');
    client.send(subscribe(1, own, topics.command('watch', '+')));
    assert.deepEqual(said(await client.next()), { cmd: 'suback', messageId: 1, granted: [0, 0] });
    command('other', 'sync', 'not mine');
    command('watch', 'sync', 'now');
    command('watch', 'gaps/hr', '1-9');
    assert.deepEqual(said(await client.next()), message('sync', 'now'));
    assert.deepEqual(said(await client.next()), message('gaps/hr', '1-9'));
    client.send(unsubscribe(2, own, 'never/subscribed'));
    const unsuback = await client.next();
    assert.deepEqual([unsuback.cmd, unsuback.messageId], ['unsuback', 2]);
    if (version === 5) assert.deepEqual(said(unsuback).granted, [0, 0x11]);
    command('watch', 'gaps/hr', 'no longer');
    command('watch', 'sync', 'still');
    assert.deepEqual(said(await client.next()), message('sync', 'still'));
    client.send(unsubscribe(3, topics.command('watch', '+')));
    assert.equal((await client.next()).cmd, 'unsuback');
    command('watch', 'sync', 'no longer');
    client.send(PINGREQ);
    assert.equal((await client.next()).cmd, 'pingresp');
    assert.equal(counts.commands, 3);
  });
}

test('a command reaches the device whichever process it is connected to', async (t) => {
  const here = await startWithCommands(t);
  const there = await startWithCommands(t, { hub: here.hub });
  const client = await here.enter(5);
  client.send(subscribe(1, own));
  await client.next();
  there.command('watch', 'sync', 'from afar');
  assert.deepEqual(said(await client.next()), message('sync', 'from afar'));
});

test('other filters are refused, each with its code', async (t) => {
  const { enter } = await startWithCommands(t, { limits: { maxSubscriptions: 2 } });
  const filters: [string, number][] = [
    ['#', 0x87],
    ['v1/devices/+/commands/#', 0x87],
    [topics.commandsFilter('other'), 0x87],
    [topics.frames('watch'), 0x87],
    ['', 0x87],
    [`$share/group/${own}`, 0x9e],
    [topics.command('watch', '#/x'), 0x8f],
    [topics.command('watch', 'a+'), 0x8f],
    [topics.command('watch', 'x'.repeat(300)), 0x8f],
    [topics.command('watch', 'a'), 0],
    [own, 0],
    [topics.command('watch', 'b'), 0x97],
    [own, 0],
  ];
  const codes = filters.map(([, code]) => code);
  const [old, young] = [await enter(4), await enter(5, { clientId: 'other' })];
  old.send(subscribe(5, ...filters.map(([filter]) => filter)));
  assert.deepEqual(
    said(await old.next()).granted,
    codes.map((code) => (code > 0 ? 0x80 : 0)),
  );
  young.send(subscribe(5, ...filters.map(([filter]) => filter)));
  assert.deepEqual(said(await young.next()).granted, codes);
  young.send({ ...subscribe(6, own), properties: { subscriptionIdentifier: 3 } });
  assert.deepEqual(said(await young.next()).granted, [0xa1]);
});

test('a SUBSCRIBE or UNSUBSCRIBE without a filter or packet id is an error of the protocol', async (t) => {
  const { enter, reasons } = await startWithCommands(t);
  const filter = Buffer.from([0, 1, 0x61]);
  const packets = [
    [0x82, 2, 0, 1],
    [0x82, 6, 0, 0, ...filter, 0],
    [0xa2, 2, 0, 1],
    [0xa2, 5, 0, 0, ...filter],
  ];
  for (const bytes of packets) {
    const client = await enter(4);
    client.send(Buffer.from(bytes));
    assert.deepEqual(await client.rest(), []);
  }
  assert.deepEqual(reasons(), { protocol_error: 4 });
});

test('a command that is larger than the client takes, or is none, is left out and logged', async (t) => {
  const { enter, command, bus, names, records, counts } = await startWithCommands(t);
  const client = await enter(5, { properties: { maximumPacketSize: 200 } });
  client.send(subscribe(1, own));
  await client.next();
  command('watch', 'sync', 'x'.repeat(300));
  bus.publish(names.command('watch'), Buffer.from([9]));
  command('watch', 'sync', 'small');
  assert.deepEqual(said(await client.next()), message('sync', 'small'));
  assert.deepEqual(
    records.filter(({ level }) => level === 'warn').map(({ msg }) => msg),
    ['a command is larger than the device takes', 'a command could not be read'],
  );
  assert.equal(counts.commands, 1);
});

test('a bus that cannot confirm a subscription is in the log, and the client is answered', async (t) => {
  const { enter, bus, records } = await startWithCommands(t);
  bus.flush = () => Promise.reject(new Error('not connected'));
  const client = await enter(4);
  client.send(subscribe(1, own));
  assert.equal((await client.next()).cmd, 'suback');
  assert.ok(records.some(({ msg, device }) => msg === 'the bus did not confirm a subscription' && device === 'watch'));
});
