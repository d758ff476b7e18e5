import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Reason } from '../../schemas/reasons.ts';
import { type Ack, encodeCommand, encodeFrameMessage, encodeHello } from '../../schemas/websocket-framing.ts';
import { BOOT, frameMessage, type startWebsocket, until, type WebsocketTestOptions } from './websocket-for-tests.ts';

const hello = encodeHello({ client: '', token: 'phone-token' });
const goodbye = (reason: Reason) => ({ kind: 'goodbye', reason });
const ack = (ordinal: number, seq: number, status: Ack['status'] = 'stored', reason = '') => {
  const boot = seq === 0 ? { bootLow: 0, bootHigh: 0 } : BOOT;
  return { ordinal, ...boot, seq, status, reason };
};

/** Starts a front end; see `startWebsocket`. */
export type Start = (t: TestContext, options?: WebsocketTestOptions) => ReturnType<typeof startWebsocket>;

/** What a phone may rely on, whatever its socket is made of. */
export function connectionConformance(name: string, { start, canPause }: { start: Start; canPause: boolean }): void {
  describe(`a WebSocket connection (${name})`, { timeout: 120_000 }, () => {
    gettingIn(start);
    frames(start);
    if (canPause) holdsReading(start);
    else refusesInstead(start);
    ends(start);
  });
}

/** Real sockets only: `idleMs` is the shortest time after which they notice. */
export function silenceConformance(start: Start, idleMs: number): void {
  test('a client that says nothing and answers no ping is noticed', { timeout: 60_000 }, async (t) => {
    const { connect, counts, reasons } = await start(t, { limits: { websocketIdleMs: idleMs } });
    const phone = await connect({ answersPings: false });
    phone.send(hello);
    await phone.next();
    await until('it is noticed', () => counts.open === 0, 30_000);
    assert.deepEqual(reasons(), { keep_alive_timeout: 1 });
  });
}

function gettingIn(start: Start): void {
  test('a phone that shows its token is welcomed and told what it may have in flight', async (t) => {
    const { connect, counts } = await start(t);
    const phone = await connect();
    phone.send(hello);
    const welcome = { kind: 'welcome', maxInFlightFrames: 1_024, maxMessageBytes: 262_144 };
    assert.deepEqual(await phone.next(), welcome);
    const { accepted, open, authenticated, receivedBytes } = counts;
    assert.deepEqual(
      { accepted, open, authenticated, receivedBytes },
      { accepted: 1, open: 1, authenticated: 1, receivedBytes: hello.length },
    );
  });

  const refusals: [string, Uint8Array[], Reason, number][] = [
    ['a wrong token', [encodeHello({ client: '', token: 'wrong' })], 'bad_token', 1008],
    ['a frame before the hello', [frameMessage(1)], 'protocol_error', 1002],
    [
      'a frame before the welcome',
      [encodeHello({ client: '', token: 'slow' }), frameMessage(1)],
      'protocol_error',
      1002,
    ],
    ['a hello of another version', [Buffer.from([0x01, 9, 0])], 'not_supported', 1002],
    ['an empty message', [new Uint8Array(0)], 'malformed_packet', 1002],
    ['an unknown message', [Buffer.from([0x77, 1])], 'protocol_error', 1002],
    ['a token that is too long', [encodeHello({ client: '', token: 'x'.repeat(9_000) })], 'packet_too_large', 1009],
  ];
  for (const [what, messages, reason, code] of refusals) {
    test(`${what} ends with ${reason}`, async (t) => {
      const { connect, authenticator, reasons, counts } = await start(t);
      authenticator.answers.set('wrong', 'bad_token');
      authenticator.answers.set('slow', new Promise<never>(() => undefined));
      const phone = await connect();
      phone.send(...messages);
      const rest = await phone.rest();
      assert.deepEqual(rest.slice(-2), [goodbye(reason), code]);
      assert.deepEqual(reasons(), { [reason]: 1 });
      await until('its place is free', () => counts.open === 0);
    });
  }

  test('text is no message of ours', async (t) => {
    const { connect, reasons } = await start(t);
    const phone = await connect();
    phone.peer.send(hello, 'text');
    assert.deepEqual(await phone.rest(), [goodbye('malformed_packet'), 1002]);
    assert.deepEqual(reasons(), { malformed_packet: 1 });
  });

  test('without a token in time the connection ends', async (t) => {
    const { connect, clock, counts, reasons } = await start(t);
    const [idle, busy] = [await connect(), await connect()];
    await until('both are there', () => counts.accepted === 2);
    busy.send(hello);
    await busy.next();
    await clock.advance(10_500);
    assert.deepEqual(await idle.rest(), [goodbye('connect_timeout'), 1008]);
    assert.deepEqual([counts.open, reasons()], [1, { connect_timeout: 1 }]);
  });

  test('a token that cannot be checked is no good token', async (t) => {
    const { connect, authenticator } = await start(t);
    authenticator.answers.set('wrong', new Error('no keys'));
    const phone = await connect();
    phone.send(encodeHello({ client: '', token: 'wrong' }));
    assert.deepEqual(await phone.rest(), [goodbye('revocations_unknown'), 1013]);
  });

  test('nobody is let in while nothing new is taken', async (t) => {
    const { connect, intake } = await start(t);
    intake.closedFor = 'stream_full';
    const phone = await connect();
    phone.send(hello);
    assert.deepEqual(await phone.rest(), [goodbye('stream_full'), 1013]);
  });

  test('the same client takes over, another one does not', async (t) => {
    const { enter, counts, reasons } = await start(t);
    const older = await enter();
    await enter('phone-token', 'second-app');
    await enter();
    assert.deepEqual(await older.rest(), [goodbye('taken_over'), 1008]);
    await until('it has left', () => counts.open === 2);
    assert.deepEqual(reasons(), { taken_over: 1 });
  });

  test('an address has room for so many connections, and is told so', async (t) => {
    const { enter, connect, reasons } = await start(t, {
      limits: { trustedAddresses: [], maxConnectionsPerAddress: 1 },
    });
    await enter();
    const second = await connect();
    assert.deepEqual(await second.rest(), [goodbye('too_many_from_address'), 1013]);
    assert.deepEqual(reasons(), { too_many_from_address: 1 });
  });

  test('strangers that send too much from one address are told goodbye', async (t) => {
    const limits = { trustedAddresses: [], maxUnauthenticatedBytesPerAddressMinute: 20 };
    const { enter, connect, reasons } = await start(t, { limits });
    await enter();
    const stranger = await connect();
    stranger.send(encodeHello({ client: '', token: 'phone-token' }));
    assert.deepEqual(await stranger.rest(), [goodbye('too_many_failures'), 1013]);
    assert.deepEqual(reasons(), { too_many_failures: 1 });
  });

  test('a device has room for so many connections, and strangers together', async (t) => {
    const { enter, connect, reasons } = await start(t, {
      limits: { maxConnectionsPerDevice: 1, maxUnauthenticated: 1 },
    });
    await enter();
    const second = await connect();
    second.send(encodeHello({ client: 'second', token: 'phone-token' }));
    assert.deepEqual(await second.rest(), [goodbye('too_many_connections'), 1013]);
    await enter('other-token');
    await connect();
    const stranger = await connect();
    assert.deepEqual(await stranger.rest(), [goodbye('too_many_connections'), 1013]);
    assert.deepEqual(reasons(), { too_many_connections: 2 });
  });
}

function frames(start: Start): void {
  test('each frame has its answer, in the order in which they are settled', async (t) => {
    const { enter, offered, counts, reasons } = await start(t);
    const phone = await enter();
    phone.send(frameMessage(1), frameMessage(2), encodeFrameMessage('json', Buffer.from('{')), frameMessage(4));
    const [first, second, third, fourth] = await offered(4);
    assert.deepEqual(
      [first.encoding, third.encoding, third.bytes.toString(), first.device],
      ['protobuf', 'json', '{', 'phone'],
    );
    second.settle();
    assert.deepEqual(await phone.next(), { kind: 'acks', acks: [ack(1, 2)] });
    third.settle('undecodable_frame');
    assert.deepEqual(await phone.next(), { kind: 'acks', acks: [ack(2, 0, 'dead', 'undecodable_frame')] });
    fourth.settle('stream_full');
    assert.deepEqual(await phone.next(), { kind: 'acks', acks: [ack(3, 4, 'refused', 'stream_full')] });
    first.settle('frame_conflict');
    assert.deepEqual(await phone.next(), { kind: 'acks', acks: [ack(0, 1, 'dead', 'frame_conflict')] });
    assert.deepEqual([counts.frames, counts.acknowledged, counts.open], [4, 4, 1]);
    assert.deepEqual(reasons(), { undecodable_frame: 1, frame_conflict: 1, stream_full: 1 });
  });

  test('while nothing new is taken frames are refused, and the connection stays', async (t) => {
    const { enter, offered, intake, counts } = await start(t);
    const phone = await enter();
    intake.closedFor = 'stream_unavailable';
    phone.send(frameMessage(1));
    assert.deepEqual(await phone.next(), { kind: 'acks', acks: [ack(0, 1, 'refused', 'stream_unavailable')] });
    intake.closedFor = null;
    phone.send(frameMessage(1));
    (await offered(1))[0].settle();
    assert.deepEqual(await phone.next(), { kind: 'acks', acks: [ack(1, 1)] });
    assert.equal(counts.frames, 1);
  });

  test('a shed frame is answered as one to be sent again, until an operator gives the device priority', async (t) => {
    const { enter, intake, clock, priorities, offered } = await start(t);
    intake.refuses.live = 'shed_live';
    const phone = await enter();
    phone.send(frameMessage(1));
    assert.deepEqual(await phone.next(), { kind: 'acks', acks: [ack(0, 1, 'refused', 'shed_live')] });
    priorities.set('phone', 'race');
    await clock.advance(500);
    phone.send(frameMessage(1));
    (await offered(1))[0].settle();
    assert.deepEqual(await phone.next(), { kind: 'acks', acks: [ack(1, 1)] });
    assert.deepEqual(intake.turnedAwayFor, ['shed_live']);
  });

  test('while the stream fills up a phone that sends is asked to slow down, once for each rest', async (t) => {
    const { enter, offered, intake, counts, clock } = await start(t);
    const phone = await enter();
    intake.slowDownMs = 1_000;
    phone.send(frameMessage(1), frameMessage(2));
    await offered(2);
    assert.deepEqual(await phone.next(), { kind: 'slow-down', forMs: 1_000 });
    await clock.advance(1_000);
    phone.send(frameMessage(3));
    await offered(3);
    assert.deepEqual(await phone.next(), { kind: 'slow-down', forMs: 1_000 });
    for (const frame of intake.offered) frame.settle();
    assert.deepEqual(await phone.next(), { kind: 'acks', acks: [ack(0, 1)] });
    assert.deepEqual([counts.frames, counts.slowDowns], [3, 2]);
  });

  test('a second hello and unknown messages end an open connection', async (t) => {
    const { enter } = await start(t);
    const [one, other] = [await enter(), await enter('other-token')];
    one.send(hello);
    assert.deepEqual(await one.rest(), [goodbye('protocol_error'), 1002]);
    other.send(Buffer.from([0x81, 1]));
    assert.deepEqual(await other.rest(), [goodbye('protocol_error'), 1002]);
  });

  test('more frames in flight than agreed end the connection', async (t) => {
    const { enter, intake, reasons } = await start(t, { limits: { maxInFlightFrames: 3 } });
    const phone = await enter();
    phone.send(frameMessage(1), frameMessage(2), frameMessage(3), frameMessage(4));
    assert.deepEqual(await phone.rest(), [goodbye('receive_maximum_exceeded'), 1002]);
    assert.deepEqual([intake.offered.length, reasons()], [3, { receive_maximum_exceeded: 1 }]);
    for (const frame of intake.offered) frame.settle();
  });

  test('commands reach the device on whichever bus they come', async (t) => {
    const { enter, bus, names, counts } = await start(t);
    const phone = await enter();
    bus.publish(names.command('other'), encodeCommand({ name: 'stop', payload: Buffer.from('no') }));
    bus.publish(names.command('phone'), encodeCommand({ name: 'resend/range', payload: Buffer.from('1-9') }));
    const said = await phone.next();
    assert.ok(said.kind === 'command');
    assert.deepEqual([said.command.name, Buffer.from(said.command.payload).toString()], ['resend/range', '1-9']);
    assert.equal(counts.commands, 1);
  });
}

function holdsReading(start: Start): void {
  test('a full intake holds reading, and all that waited comes once there is room', async (t) => {
    const { enter, offered, intake, bus, names } = await start(t);
    const [phone, other] = [await enter(), await enter('other-token')];
    intake.maxUnsettled = 0;
    const frame = encodeFrameMessage('json', new Uint8Array(1_000));
    phone.send(...Array.from({ length: 1_000 }, () => frame));
    const [first] = await offered(1);
    for (let i = 0; i < 30; i++) {
      bus.publish(names.command('other'), encodeCommand({ name: 'turn', payload: new Uint8Array(0) }));
      await other.next();
    }
    assert.ok(intake.offered.length <= 200, `${intake.offered.length} frames were taken while reading was held`);
    intake.maxUnsettled = 1_000;
    first.settle();
    await offered(1_000);
  });
}

export function refusesInstead(start: Start): void {
  test('where reading cannot be held, what comes meanwhile is refused', async (t) => {
    const { enter, offered, intake, reasons } = await start(t);
    const phone = await enter();
    intake.maxUnsettled = 0;
    phone.send(frameMessage(1), frameMessage(2));
    assert.deepEqual(await phone.next(), { kind: 'acks', acks: [ack(1, 2, 'refused', 'overloaded')] });
    const [first] = await offered(1);
    first.settle();
    assert.deepEqual(await phone.next(), { kind: 'acks', acks: [ack(0, 1)] });
    phone.send(frameMessage(2));
    await offered(2);
    assert.deepEqual(reasons(), { overloaded: 1 });
  });
}

function ends(start: Start): void {
  test('a message over the limit ends the connection with 1009', async (t) => {
    const { enter, reasons, counts } = await start(t, { limits: { maxPacketBytes: 1_000 } });
    const phone = await enter();
    phone.send(new Uint8Array(1_001).fill(2));
    assert.deepEqual(await phone.rest(), [1009]);
    await until('its place is free', () => counts.open === 0);
    assert.deepEqual(reasons(), { packet_too_large: 1 });
  });

  test('a token that expires or is revoked ends its connections, and nothing is guarded any more', async (t) => {
    const { enter, authenticator } = await start(t);
    const [one, other] = [await enter(), await enter('other-token')];
    authenticator.end('phone', 'revoked_token');
    assert.deepEqual(await one.rest(), [goodbye('revoked_token'), 1008]);
    assert.equal(authenticator.guarded, 1);
    other.peer.close();
    await until('no guard is left', () => authenticator.guarded === 0);
  });

  test('draining answers what was taken, refuses what comes, then says goodbye', async (t) => {
    const { enter, connect, offered, intake, server, reasons } = await start(t);
    const [busy, idle, stranger] = [await enter(), await enter('other-token'), await connect()];
    busy.send(frameMessage(1), frameMessage(2));
    const [first, second] = await offered(2);
    intake.closedFor = 'draining';
    const drained = server.drain();
    assert.deepEqual(await idle.rest(), [goodbye('draining'), 1001]);
    assert.deepEqual(await stranger.rest(), [goodbye('draining'), 1001]);
    busy.send(frameMessage(3));
    assert.deepEqual(await busy.next(), { kind: 'acks', acks: [ack(2, 3, 'refused', 'draining')] });
    first.settle();
    assert.deepEqual(await busy.next(), { kind: 'acks', acks: [ack(0, 1)] });
    second.settle();
    assert.deepEqual(await busy.rest(), [{ kind: 'acks', acks: [ack(1, 2)] }, goodbye('draining'), 1001]);
    await drained;
    assert.deepEqual(reasons(), { draining: 4 });
    await assert.rejects(connect());
  });

  test('a frame that is settled after its connection is gone harms nothing', async (t) => {
    const { enter, offered, counts } = await start(t);
    const phone = await enter();
    phone.send(frameMessage(1));
    const [frame] = await offered(1);
    phone.peer.vanish();
    await until('it is gone', () => counts.open === 0);
    frame.settle();
    assert.equal(counts.acknowledged, 0);
  });

  test('a client that does not read is cut off, and no more than the limit waits for it', async (t) => {
    const { enter, bus, names, counts, reasons } = await start(t, { limits: { maxOutputBytes: 64 * 1024 } });
    const phone = await enter();
    phone.peer.stopReading();
    const command = encodeCommand({ name: 'blob', payload: new Uint8Array(32 * 1024) });
    // The kernels of both ends take some megabytes before anything waits in our memory.
    for (let i = 0; i < 2_000 && counts.open > 0; i++) {
      bus.publish(names.command('phone'), command);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until('it is cut off', () => counts.open === 0);
    assert.deepEqual(reasons(), { slow_reader: 1 });
  });
}
