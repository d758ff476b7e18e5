import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bus, BusTimeoutError, NoRespondersError } from './bus.ts';

/** Two processes' ends of one bus. */
export type MakeBus = () => Promise<{ one: Bus; two: Bus }>;

const bytes = (value: string) => Buffer.from(value);
const text = (data: Uint8Array) => Buffer.from(data).toString();
let made = 0;

/** What every {@link Bus} does, as tests. */
export function testBus(kind: string, make: MakeBus): void {
  async function fresh() {
    return { ...(await make()), word: `bus${++made}` };
  }

  test(`${kind}: what one publishes the other hears, in order, on the subjects it asked for`, async () => {
    const { one, two, word } = await fresh();
    const heard: string[] = [];
    const all = Promise.withResolvers<void>();
    const subscription = two.subscribe(`${word}.a.*`, (message) => {
      heard.push(`${message.subject} ${text(message.data)} ${message.respond(bytes('unasked'))}`);
      if (heard.length === 3) all.resolve();
    });
    await two.flush();
    one.publish(`${word}.a.x`, bytes('1'));
    one.publish(`${word}.b.x`, bytes('2'));
    one.publish(`${word}.a.x.y`, bytes('3'));
    one.publish(`${word}.a.y`, bytes('4'));
    one.publish(`${word}.a.x`, bytes('5'));
    await all.promise;
    assert.deepEqual(heard, [`${word}.a.x 1 false`, `${word}.a.y 4 false`, `${word}.a.x 5 false`]);
    subscription.stop();
  });

  test(`${kind}: a request is answered by who serves it`, async () => {
    const { one, two, word } = await fresh();
    two.subscribe(`${word}.echo`, (message) => message.respond(bytes(`${text(message.data)}!`)));
    await two.flush();
    assert.equal(text(await one.request(`${word}.echo`, bytes('hello'), 5_000)), 'hello!');
  });

  test(`${kind}: a request that nobody serves fails at once, also after the server is gone`, async () => {
    const { one, two, word } = await fresh();
    await assert.rejects(one.request(`${word}.nobody`, bytes(''), 60_000), NoRespondersError);
    const subscription = two.subscribe(`${word}.gone`, (message) => message.respond(bytes('here')));
    await two.flush();
    assert.equal(text(await one.request(`${word}.gone`, bytes(''), 5_000)), 'here');
    subscription.stop();
    await two.flush();
    await assert.rejects(one.request(`${word}.gone`, bytes(''), 60_000), NoRespondersError);
  });

  test(`${kind}: a request that is served but not answered times out`, async () => {
    const { one, two, word } = await fresh();
    two.subscribe(`${word}.silent`, () => undefined);
    await two.flush();
    await assert.rejects(one.request(`${word}.silent`, bytes(''), 100), BusTimeoutError);
  });

  test(`${kind}: of those who share a queue one hears each message, and everybody else hears all`, async () => {
    const { one, two, word } = await fresh();
    const shared: string[] = [];
    const alone: string[] = [];
    const all = Promise.withResolvers<void>();
    const hear = (heard: string[]) => (message: { data: Uint8Array }) => {
      heard.push(text(message.data));
      if (shared.length + alone.length === 40) all.resolve();
    };
    const ends = [
      one.subscribe(`${word}.work`, hear(shared), { queue: 'workers' }),
      two.subscribe(`${word}.work`, hear(shared), { queue: 'workers' }),
      two.subscribe(`${word}.work`, hear(alone)),
    ];
    await Promise.all([one.flush(), two.flush()]);
    const sent = Array.from({ length: 20 }, (_, i) => String(i));
    for (const said of sent) one.publish(`${word}.work`, bytes(said));
    await all.promise;
    const inOrder = (heard: readonly string[]) => [...heard].sort((a, b) => Number(a) - Number(b));
    assert.deepEqual([inOrder(shared), alone], [sent, sent]);
    ends[1].stop();
    await two.flush();
    const answering = one.subscribe(`${word}.ask`, ({ respond }) => respond(bytes('here')), { queue: 'workers' });
    await one.flush();
    assert.equal(text(await two.request(`${word}.ask`, bytes(''), 5_000)), 'here');
    answering.stop();
    for (const end of ends) end.stop();
  });
}
