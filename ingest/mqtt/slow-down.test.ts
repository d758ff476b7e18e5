import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishPacket, startMqtt, until } from './mqtt-for-tests.ts';

test('while the stream fills up a device that sends is read in turns, and acknowledged meanwhile', async (t) => {
  const { enter, offered, intake, counts, clock } = await startMqtt(t);
  const client = await enter(4);
  intake.slowDownMs = 1_000;
  intake.settlesAtOnce = true;
  client.send(publishPacket(1), publishPacket(2));
  await offered(2);
  assert.equal((await client.next()).cmd, 'puback');
  assert.equal((await client.next()).cmd, 'puback');

  client.send(publishPacket(3));
  const other = await enter(5, { clientId: 'other', username: 'other' });
  // The server is alive and reads others; what the resting device sent waits in the kernel.
  other.send({ cmd: 'pingreq' });
  assert.equal((await other.next()).cmd, 'pingresp');
  assert.deepEqual([counts.frames, counts.slowDowns], [2, 1]);

  await clock.advance(1_500);
  await offered(3);
  assert.equal((await client.next()).cmd, 'puback');
  assert.equal(counts.slowDowns, 2);

  intake.slowDownMs = 0;
  client.send(publishPacket(4));
  await clock.advance(1_500);
  await offered(4);
  client.send(publishPacket(5));
  await until('it is read at once again', () => counts.frames === 5);
  assert.equal(counts.slowDowns, 2);
});
