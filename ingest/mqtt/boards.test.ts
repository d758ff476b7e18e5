import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from 'mqtt-packet';
import { keys, topics } from '../../schemas/names.ts';
import { connectPacket, said, startMqtt, until } from './mqtt-for-tests.ts';
import type { Version } from './packets.ts';

const TEN = topics.raceBoard('ten');
const own = { qos: 1 as const, nl: false, rap: false, rh: 0 };
const subscribe = (messageId: number, topic: string, over: { rap?: boolean; rh?: number } = {}) => ({
  cmd: 'subscribe' as const,
  messageId,
  subscriptions: [{ topic, ...own, ...over }],
});
const board = (payload: string, retain: boolean) => {
  return { cmd: 'publish', topic: TEN, payload, qos: 0, dup: false, retain };
};
const codesOf = (packet: Packet) => said(packet).granted;

async function startWithBoards(...[t, options]: Parameters<typeof startMqtt>) {
  const front = await startMqtt(t, options);
  const kv = front.boards.open();
  return {
    ...front,
    show: (payload: string, race = 'ten', epoch = 1) =>
      kv.put(keys.topicBoard(race), Buffer.from(`${epoch}\n${payload}`)),
    hide: (race = 'ten') => kv.delete(keys.topicBoard(race)),
  };
}

for (const version of [4, 5] as Version[]) {
  test(`version ${version}: whoever listens to a board has the newest at once, and then each newer one`, async (t) => {
    const { enter, show, counts, raceBoards } = await startWithBoards(t);
    await show('{"board":1}');
    const first = await enter(version);
    first.send(subscribe(1, TEN));
    assert.deepEqual(codesOf(await first.next()), [0]);
    assert.deepEqual(said(await first.next()), board('{"board":1}', true));
    await show('{"board":2}');
    assert.deepEqual(said(await first.next()), board('{"board":2}', false));
    const second = await enter(version, { clientId: 'second' });
    second.send(subscribe(1, TEN));
    assert.deepEqual(codesOf(await second.next()), [0]);
    assert.deepEqual(said(await second.next()), board('{"board":2}', true));
    await show('{"board":3}');
    for (const client of [first, second]) assert.deepEqual(said(await client.next()), board('{"board":3}', false));
    assert.deepEqual([counts.boards, raceBoards.followedRaces], [5, 1]);
    first.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: [TEN] });
    assert.equal((await first.next()).cmd, 'unsuback');
    second.socket.destroy();
    await until('nobody follows the board', () => raceBoards.followedRaces === 0);
  });

  test(`version ${version}: what is no board for everybody is refused, whatever it is`, async (t) => {
    const { enter, show, hide, raceBoards } = await startWithBoards(t);
    await show('{}');
    await show('{}', 'gone');
    await hide('gone');
    const client = await enter(version);
    const refused = version === 5 ? 0x87 : 0x80;
    for (const filter of [
      ...['v1/races/+/board', 'v1/races/#', '#', 'v1/races/unknown/board', 'v1/races/gone/board'],
      ...[topics.raceReads('ten'), `${TEN}/`, 'v1/races/TEN/board', 'v1/devices/other/commands/#'],
    ]) {
      client.send(subscribe(1, filter));
      assert.deepEqual(codesOf(await client.next()), [refused], filter);
    }
    assert.equal(raceBoards.followedRaces, 0);
  });
}

test('MQTT 5: a client says whether it wants what is retained, and whether later boards say so', async (t) => {
  const { enter, show } = await startWithBoards(t);
  await show('1');
  const client = await enter(5);
  client.send(subscribe(1, TEN, { rh: 2, rap: true }));
  assert.deepEqual(codesOf(await client.next()), [0]);
  await show('2');
  assert.deepEqual(said(await client.next()), board('2', true));
  client.send(subscribe(2, TEN, { rh: 1 }));
  assert.deepEqual(codesOf(await client.next()), [0]);
  client.send(subscribe(3, TEN, { rh: 0 }));
  assert.deepEqual(codesOf(await client.next()), [0]);
  assert.deepEqual(said(await client.next()), board('2', true));
  await show('3');
  assert.deepEqual(said(await client.next()), board('3', false));
});

test('a board that is larger than the client takes is not sent, and the next one is', async (t) => {
  const { enter, show, records } = await startWithBoards(t);
  await show('x'.repeat(1_000));
  const client = await enter(5, { properties: { maximumPacketSize: 500 } });
  client.send(subscribe(1, TEN));
  assert.deepEqual(codesOf(await client.next()), [0]);
  await until('it is said', () => records.some(({ msg }) => msg === 'a board is larger than the client takes'));
  await show('small');
  assert.deepEqual(said(await client.next()), board('small', false));
});

test('who does not read skips to the newest board, and holds no more than one', async (t) => {
  const { enter, show, counts } = await startWithBoards(t);
  const large = (n: number) => `${n} ${'x'.repeat(2_000_000)}`;
  await show(large(0));
  const client = await enter(5);
  client.socket.pause();
  client.send(subscribe(1, TEN));
  await until('the first board is on its way', () => counts.boards === 1);
  for (let n = 1; n <= 20; n++) await show(large(n));
  assert.ok(counts.boards < 10, `${counts.boards} boards were sent to a client that reads nothing`);
  client.socket.resume();
  await until('the newest came', () => client.packets.some((one) => one.cmd === 'publish' && nOf(one) === 20), 30_000);
  const came = client.packets.filter((one) => one.cmd === 'publish').map(nOf);
  assert.deepEqual(
    came,
    [...came].sort((a, b) => a - b),
  );
  assert.ok(came.length < 10, came.join());
});
const nOf = (packet: Packet) => Number.parseInt(String((packet as { payload?: Buffer }).payload), 10);

test('a token of another role listens to boards, and to nothing of devices; nor does it send frames', async (t) => {
  const { enter, show, authenticator, reasons } = await startWithBoards(t);
  authenticator.answers.set('organiser', { role: 'organiser', subject: 'club', device: '~abc' });
  await show('1');
  const client = await enter(5, { password: Buffer.from('organiser') });
  client.send(subscribe(1, TEN));
  assert.deepEqual(codesOf(await client.next()), [0]);
  assert.deepEqual(said(await client.next()), board('1', true));
  client.send(subscribe(2, topics.commandsFilter('~abc')));
  assert.deepEqual(codesOf(await client.next()), [0x87]);
  for (const device of ['~abc', '', 'watch']) {
    const publish = { cmd: 'publish', topic: topics.frames(device), payload: 'x', qos: 1, messageId: 7 } as const;
    client.send({ ...publish, dup: false, retain: false });
    const puback = await client.next();
    assert.ok(puback.cmd === 'puback' && puback.reasonCode !== 0, device);
  }
  assert.deepEqual(reasons(), { bad_topic: 2, foreign_topic: 1 });
});

test('of one token as many connections are let in as displays may share, of a device four', async (t) => {
  const { enter, connect, authenticator } = await startMqtt(t, { limits: { maxConnectionsPerToken: 6 } });
  authenticator.answers.set('shared', { role: 'operator', subject: 'Olga O.', device: '~shared' });
  for (let i = 0; i < 6; i++) await enter(5, { clientId: `wall-${i}`, password: Buffer.from('shared') });
  const seventh = await connect(5);
  seventh.send(connectPacket(5, { clientId: 'wall-7', password: Buffer.from('shared') }));
  assert.equal(said(await seventh.next()).reasonCode, 0x97);
});

test('subscriptions beyond the bound are refused, and those in waiting too', async (t) => {
  const { enter, show } = await startWithBoards(t, { limits: { maxSubscriptions: 2 } });
  for (const race of ['a', 'b', 'c']) await show('1', race);
  const client = await enter(5);
  client.send({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: ['a', 'b', 'c', 'a'].map((race) => ({ topic: topics.raceBoard(race), ...own, rh: 2 })),
  });
  assert.deepEqual(codesOf(await client.next()), [0, 0, 0x97, 0]);
  client.send(...Array.from({ length: 30 }, (_, i) => subscribe(i + 2, topics.raceBoard('a'), { rh: 2 })));
  const codes: number[] = [];
  for (let i = 0; i < 30; i++) codes.push(...(codesOf(await client.next()) as number[]));
  assert.deepEqual(
    codes.slice(0, 16),
    Array.from({ length: 16 }, () => 0),
  );
  assert.ok(codes.slice(16).every((code) => code === 0x97));
});
