import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveMessage } from './answers.ts';
import { type LinkSocket, type LinkState, startLiveLink } from './live-link.ts';

function setUp() {
  const sockets: (LinkSocket & { sent: string[]; isClosed: boolean })[] = [];
  const states: LinkState[] = [];
  const messages: LiveMessage[] = [];
  const timers: { run: () => void; delayMs: number }[] = [];
  const link = startLiveLink<LiveMessage>({
    open() {
      const socket = {
        sent: [] as string[],
        isClosed: false,
        send: (text: string) => void socket.sent.push(text),
        close() {
          socket.isClosed = true;
        },
        onopen: null,
        onmessage: null,
        onclose: null,
      };
      sockets.push(socket);
      return socket;
    },
    greeting: () => 'hello',
    setTimer: (run, delayMs) => void timers.push({ run, delayMs }),
    random: () => 1,
    onState: (state) => void states.push(state),
    onMessage: (message) => void messages.push(message),
  });
  const say = (message: LiveMessage) => sockets.at(-1)?.onmessage?.({ data: JSON.stringify(message) });
  const lose = (code = 1006, reason = '') => sockets.at(-1)?.onclose?.({ code, reason });
  return { sockets, states, messages, timers, link, say, lose };
}

const state = (epoch: number): LiveMessage => ({ type: 'activity', activity: null, epoch });

test('the link greets, and hands on what it is told', () => {
  const { sockets, states, messages, say } = setUp();
  sockets[0].onopen?.();
  say(state(1));
  say({ type: 'away' });
  assert.deepEqual(sockets[0].sent, ['hello']);
  assert.deepEqual(messages, [state(1), { type: 'away' }]);
  assert.deepEqual(
    states.map(({ kind }) => kind),
    ['connecting', 'connected', 'connected'],
  );
});

test('a lost link comes back by itself, after waits that grow and start anew once it was told something', () => {
  const { sockets, timers, say, lose } = setUp();
  for (let i = 0; i < 7; i++) {
    lose();
    timers[i].run();
  }
  say(state(1));
  lose();
  assert.deepEqual(
    timers.map(({ delayMs }) => delayMs),
    [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 500],
  );
  assert.equal(sockets.length, 8);
});

test('who is refused is told why and does not come back', () => {
  const { states, timers, lose } = setUp();
  lose(1008, 'expired_token');
  assert.deepEqual(states.at(-1), { kind: 'refused', reason: 'expired_token' });
  assert.equal(timers.length, 0);
});

test('a lower epoch than was seen is dropped, over a reconnect too', () => {
  const { messages, timers, say, lose } = setUp();
  say(state(5));
  lose();
  timers[0].run();
  say(state(4));
  say(state(6));
  assert.deepEqual(messages, [state(5), state(6)]);
});

test('what is said while there is no connection is left to the greeting', () => {
  const { sockets, link, lose, timers } = setUp();
  link.say('too early');
  sockets[0].onopen?.();
  link.say('now');
  lose();
  link.say('lost');
  timers[0].run();
  sockets[1].onopen?.();
  assert.deepEqual(
    sockets.map(({ sent }) => sent),
    [['hello', 'now'], ['hello']],
  );
});

test('a connection that says nothing is given up for another, whatever it still says', () => {
  const { sockets, messages, states, timers, link } = setUp();
  sockets[0].onopen?.();
  const { onmessage } = sockets[0];
  link.reconnect();
  link.reconnect();
  assert.deepEqual([sockets[0].isClosed, sockets[0].onmessage, states.at(-1)?.kind], [true, null, 'waiting']);
  assert.ok(onmessage !== null);
  timers[0].run();
  assert.deepEqual([sockets.length, timers.length, messages], [2, 1, []]);
});

test('a link that was stopped closes its socket and stays away', () => {
  const { sockets, timers, link, lose } = setUp();
  link.stop();
  lose();
  assert.deepEqual([sockets[0].isClosed, timers.length], [true, 0]);
});
