import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from 'mqtt-packet';
import {
  encodeReadsAnswer,
  type ForwardedReads,
  type ReadsReason,
  readForwardedReads,
} from '../../schemas/forwarded-reads.ts';
import { topics } from '../../schemas/names.ts';
import { publishPacket, said, startMqtt, until } from './mqtt-for-tests.ts';
import type { Version } from './packets.ts';

const feed = { role: 'feed', subject: 'club', device: '~mat-1', tokenId: 'mat-1' } as const;
const reads = (messageId: number, payload = '{"reads":[]}', race = 'ten') =>
  publishPacket(messageId, { topic: topics.raceReads(race), payload });

/** With somebody who stores reads when the test says so. */
async function startWithStore(...[t, options]: Parameters<typeof startMqtt>) {
  const front = await startMqtt(t, options);
  front.authenticator.answers.set('feed', feed);
  const came: (ForwardedReads & { answer(reason: ReadsReason | null): void })[] = [];
  const store = front.hub.open();
  store.subscribe(front.names.storeReads, ({ data, respond }) => {
    const answer = (reason: ReadsReason | null) => void respond(encodeReadsAnswer({ reason }));
    came.push({ ...readForwardedReads(data)!, answer });
  });
  return {
    ...front,
    store,
    came,
    cameUntil: (count: number) => until(`${count} publishes of reads`, () => came.length >= count, 30_000),
    enterFeed: (version: Version) => front.enter(version, { username: 'mat', password: Buffer.from('feed') }),
  };
}
const puback = (packet: Packet) => {
  assert.ok(packet.cmd === 'puback');
  return [packet.messageId, packet.reasonCode ?? 0, packet.properties?.reasonString];
};

for (const version of [4, 5] as Version[]) {
  test(`version ${version}: reads are acknowledged once they are stored, in their order`, async (t) => {
    const { enterFeed, cameUntil, came, counts, intake } = await startWithStore(t);
    const client = await enterFeed(version);
    client.send(reads(1, 'one'), reads(2, 'two', 'hill'));
    await cameUntil(2);
    const { body, race, by } = came[1];
    assert.deepEqual(
      [Buffer.from(body).toString(), race, by],
      ['two', 'hill', { role: 'feed', subject: 'club', tokenId: 'mat-1' }],
    );
    came[1].answer(null);
    client.send(Buffer.from([0xc0, 0x00]));
    assert.equal((await client.next()).cmd, 'pingresp');
    came[0].answer(null);
    assert.deepEqual(
      [puback(await client.next()), puback(await client.next())].map(([id, code]) => [id, code]),
      [
        [1, 0],
        [2, 0],
      ],
    );
    assert.deepEqual([counts.frames, intake.offered.length, intake.turnedAwayFor], [0, 0, []]);
  });
}

test('MQTT 5: each reason has its code and its name, and the connection stays', async (t) => {
  const { enterFeed, cameUntil, came, reasons } = await startWithStore(t);
  const client = await enterFeed(5);
  const all = [
    ['reads_left_out', 0x00],
    ['bad_reads', 0x99],
    ['unknown_race', 0x90],
    ['foreign_race', 0x87],
    ['overloaded', 0x97],
    ['stream_unavailable', 0x97],
  ] as const;
  for (const [i, [reason, code]] of all.entries()) {
    client.send(reads(i + 1));
    await cameUntil(i + 1);
    came[i].answer(reason);
    assert.deepEqual(puback(await client.next()), [i + 1, code, reason]);
  }
  assert.deepEqual(reasons(), Object.fromEntries(all.map(([reason]) => [reason, 1])));
});

test('MQTT 3.1.1: reads without those of nobody are acknowledged; what is refused ends the connection', async (t) => {
  const { enterFeed, cameUntil, came } = await startWithStore(t);
  const client = await enterFeed(4);
  client.send(reads(1), reads(2));
  await cameUntil(2);
  came[1].answer('bad_reads');
  came[0].answer('reads_left_out');
  assert.deepEqual((await client.rest()).map(said), [{ cmd: 'puback', messageId: 1 }]);
});

test('while nobody stores reads they are refused, and their feed keeps them', async (t) => {
  const { enterFeed, store } = await startWithStore(t);
  store.disconnect();
  const client = await enterFeed(5);
  client.send(reads(1));
  assert.deepEqual(puback(await client.next()), [1, 0x97, 'stream_unavailable']);
});

test('a device has no races, and a feed no other topics of them', async (t) => {
  const { enter, enterFeed, came } = await startWithStore(t);
  const device = await enter(5);
  device.send(reads(1));
  assert.deepEqual(puback(await device.next()), [1, 0x87, 'foreign_topic']);
  const client = await enterFeed(5);
  for (const topic of [topics.raceBoard('ten'), 'v1/races/ten/reads/x', 'v1/races/TEN/reads', 'v1/races//reads']) {
    client.send(publishPacket(1, { topic }));
    assert.deepEqual(puback(await client.next()), [1, 0x90, 'bad_topic'], topic);
  }
  assert.equal(came.length, 0);
});

test('an alias stands for the race that it was set with', async (t) => {
  const { enterFeed, cameUntil, came } = await startWithStore(t);
  const client = await enterFeed(5);
  const aliased = (id: number, topic: string, topicAlias: number) =>
    publishPacket(id, { topic, payload: 'x', properties: { topicAlias } });
  client.send(aliased(1, topics.raceReads('ten'), 1), aliased(2, topics.raceReads('hill'), 2), aliased(3, '', 1));
  await cameUntil(3);
  assert.deepEqual(
    came.map(({ race }) => race),
    ['ten', 'hill', 'ten'],
  );
});

test('of a feed four publishes are under way, and the others wait in its socket', async (t) => {
  const { enterFeed, cameUntil, came } = await startWithStore(t);
  const client = await enterFeed(5);
  client.send(...Array.from({ length: 10 }, (_, i) => reads(i + 1)));
  await cameUntil(4);
  client.send(Buffer.from([0xc0, 0x00]));
  for (let i = 0; i < 10; i++) {
    assert.ok(came.length <= i + 4, `${came.length} are under way after ${i} answers`);
    // What comes behind the seventh is read once the sixth is answered.
    if (i < 6) assert.ok(!client.packets.some(({ cmd }) => cmd === 'pingresp'));
    await cameUntil(i + 1);
    came[i].answer(null);
    await until('it is acknowledged', () => client.packets.filter(({ cmd }) => cmd === 'puback').length > i, 30_000);
  }
  assert.deepEqual(
    client.packets.flatMap((one) => (one.cmd === 'puback' ? [one.messageId] : [])),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
});

test('a connection that ends while its reads are stored harms nothing', async (t) => {
  const { enterFeed, cameUntil, came, counts } = await startWithStore(t);
  const client = await enterFeed(5);
  client.send(reads(1));
  await cameUntil(1);
  client.socket.destroy();
  await until('it is gone', () => counts.open === 0, 30_000);
  came[0].answer('bad_reads');
  const next = await enterFeed(5);
  next.send(reads(1));
  await cameUntil(2);
  came[1].answer(null);
  assert.deepEqual(puback(await next.next()).slice(0, 2), [1, 0]);
});
