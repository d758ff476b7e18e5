import type { Socket } from 'node:net';
import type { Encoding } from '../../schemas/names.ts';
import { DEFAULT_PRIORITY, type Priority } from '../../schemas/priority.ts';
import type { Reason, RefusedReason } from '../../schemas/reasons.ts';
import type { Guard, Identity } from '../auth/authenticator.ts';
import type { LiveConnection, Place } from '../connections/connections.ts';
import type { FrontEndDeps } from '../connections/front-end.ts';
import type { Origin } from '../origin.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { slowDownCommand } from './command-subscriptions.ts';
import { openSession, type Session } from './handshake.ts';
import { PacketReader } from './packet-reader.ts';
import type { ConnectRefusal } from './packets.ts';
import {
  disconnectPacket,
  isClientPacket,
  PINGRESP,
  protocolLevelOf,
  readPacket,
  refusalPacket,
  UNACCEPTABLE_VERSION,
  type Version,
  writePacket,
} from './packets.ts';
import { type Destination, PublishReader } from './publish-reader.ts';
import { ReadPublishes } from './read-publishes.ts';
import { Subscriptions } from './subscriptions.ts';

const CONNECT = 1;
const PUBLISH = 3;
const PINGREQ = 12;
const DISCONNECT = 14;

/** Why reading is held; the socket is read again when none is left. */
const HOLD = { authenticating: 1, intake: 2, slots: 4, draining: 8, resting: 16, reads: 32 } as const;

type State = 'waiting' | 'authenticating' | 'open' | 'closed';

/**
 * One device's connection.
 *
 * waiting (for CONNECT) → authenticating → open → closed. Every state may end in closed. A closed connection that was
 * told why lingers until the client has read it, or `lingerMs`; the server's sweep ends it then.
 */
export class MqttConnection implements Origin, LiveConnection {
  device = '';
  isDevice = true;
  athlete = '';
  importer = false;
  priority: Priority = DEFAULT_PRIORITY;
  client = '';
  state: State = 'waiting';
  /** When the state was entered or, once it is open, bytes last came; the sweep reads it. */
  lastSeenMs: number;
  private readonly deps: FrontEndDeps;
  private readonly socket: Socket;
  private readonly place: Place;
  private readonly reader: PacketReader;
  private publishes: PublishReader | null = null;
  private acks: Acknowledgements = new Acknowledgements('plain');
  private subscriptions: Subscriptions | null = null;
  private reads: ReadPublishes | null = null;
  private guard: Guard | null = null;
  private session: Session | null = null;
  private version: Version = 4;
  private holds = 0;
  private restsUntilMs = 0;
  private isReading = false;
  private isFlushDue = false;

  constructor(socket: Socket, place: Place, deps: FrontEndDeps) {
    this.socket = socket;
    this.place = place;
    this.deps = deps;
    this.lastSeenMs = deps.clock.monotonicMs();
    this.reader = new PacketReader(this, deps.limits.maxConnectBytes);
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('error', (err) => deps.log.debug({ err, device: this.device }, 'a connection failed'));
    socket.on('close', () => {
      this.end();
      this.place.leave();
    });
  }

  // --- reading

  private read(chunk: Buffer): void {
    if (this.state === 'closed') return;
    this.deps.counts.receivedBytes += chunk.length;
    // A stranger that sends a byte now and then does not win time to connect.
    if (this.state === 'open') this.lastSeenMs = this.deps.clock.monotonicMs();
    else {
      const tooMany = this.place.unauthenticatedBytes(chunk.length);
      if (tooMany !== null) return this.destroy(tooMany);
    }
    // One that speaks another protocol is not waited for until its "packet" is whole (MQTT-3.1.0-1).
    if (this.state === 'waiting' && chunk[0] !== CONNECT << 4 && !this.reader.isMidPacket) {
      return this.fail(isClientPacket(chunk[0]) ? 'protocol_error' : 'malformed_packet');
    }
    const { counts } = this.deps;
    const framesBefore = counts.frames;
    this.batch(() => this.reader.push(chunk));
    if (counts.frames > framesBefore) this.rest();
  }

  /**
   * MQTT has no word for "slow down": nothing is read for a while, and the acknowledgements go on. A device that
   * listens to its commands hears of it too.
   */
  private rest(): void {
    const { intake, counts, clock } = this.deps;
    const forMs = intake.restMs(this.priority);
    if (forMs === 0 || this.state !== 'open') return;
    counts.slowDowns += 1;
    this.restsUntilMs = clock.monotonicMs() + forMs;
    this.hold(HOLD.resting);
    this.subscriptions!.commands.send(slowDownCommand(forMs));
  }

  /** What becomes due while a chunk is read leaves in one write. */
  private batch(work: () => void): void {
    this.isReading = true;
    work();
    this.isReading = false;
    if (this.isFlushDue) this.flush();
  }

  packet(bytes: Uint8Array, start: number, body: number, end: number): void {
    const first = bytes[start];
    const type = first >> 4;
    if (this.state !== 'open') this.connect(bytes, start, body, end);
    else if (type === PUBLISH) this.publish(bytes, first, body, end);
    else if (type === PINGREQ && first === PINGREQ << 4 && body === end) this.write(PINGRESP);
    else if (type === PINGREQ) this.fail('malformed_packet');
    else if (first === DISCONNECT << 4) this.closeQuietly();
    else this.control(bytes.subarray(start, end));
  }

  broken(reason: 'malformed_packet' | 'packet_too_large'): void {
    this.fail(reason);
  }

  private publish(bytes: Uint8Array, first: number, body: number, end: number): void {
    const { intake, counts, limits } = this.deps;
    const publish = this.publishes!;
    const error = publish.read(bytes, first, body, end);
    if (error !== null) return this.fail(error.reason, error.code);
    const isSure = publish.qos === 1;
    // MQTT 5, 3.3.4: more than was agreed ends the connection. MQTT 3.1.1 has no such agreement: it is held below.
    if (isSure && this.version === 5 && this.acks.inFlight >= limits.maxInFlightFrames) {
      return this.fail('receive_maximum_exceeded');
    }
    const slot = isSure ? this.acks.take(publish.packetId) : -1;
    const { destination } = publish;
    if (destination !== 'protobuf' && destination !== 'json') {
      return this.publishElsewhere(slot, destination, bytes.subarray(publish.payload, end));
    }
    const refused = intake.refusesFrame(this.priority);
    if (refused !== null) return this.refusePublish(slot, refused);
    counts.frames += 1;
    if (!intake.offer(this, slot, destination, bytes.subarray(publish.payload, end))) this.hold(HOLD.intake);
    if (this.version === 4 && this.acks.inFlight >= limits.maxInFlightFrames) this.hold(HOLD.slots);
  }

  private publishElsewhere(slot: number, to: Exclude<Destination, Encoding>, payload: Uint8Array): void {
    if (to !== 'reads') return this.refusePublish(slot, to);
    if (this.reads === null) return this.refusePublish(slot, 'foreign_topic');
    if (!this.reads.offer(slot, this.publishes!.race, payload)) this.hold(HOLD.reads);
  }

  /** Takes its turn among the acknowledgements; QoS 0 has none, so MQTT 3.1.1 hears of it by the connection's end. */
  private refusePublish(slot: number, reason: Reason): void {
    this.deps.counts.reasons[reason] += 1;
    this.deps.intake.turnedAway(reason);
    if (slot >= 0) {
      this.acks.settle(slot, reason);
      this.isFlushDue = true;
    } else if (this.version === 4) {
      this.closeFor(reason, null, false);
    }
  }

  private control(packet: Uint8Array): void {
    const read = readPacket(packet, this.version);
    if (read === null) return this.fail('malformed_packet');
    // MQTT-3.8.3-3, MQTT-3.10.3-2 and MQTT-2.2.1-3: at least one filter, and a packet id.
    if (read.cmd === 'subscribe' && read.messageId && read.subscriptions.length > 0) {
      this.subscriptions!.subscribe(read);
    } else if (read.cmd === 'unsubscribe' && read.messageId && read.unsubscriptions.length > 0) {
      this.subscriptions!.unsubscribe(read);
    }
    // A second CONNECT (MQTT-3.1.0-2), QoS 2's packets, an AUTH that nobody asked for, a server's packets.
    else this.fail('protocol_error');
  }

  // --- connecting

  private connect(bytes: Uint8Array, start: number, body: number, end: number): void {
    const level = protocolLevelOf(bytes, body, end);
    if (Number.isNaN(level)) return this.fail('malformed_packet');
    if (level !== 4 && level !== 5) {
      this.write(UNACCEPTABLE_VERSION);
      return this.closeFor('not_supported', null);
    }
    const packet = readPacket(bytes.subarray(start, end), level);
    this.version = level;
    // MQTT 5 has a code for it; MQTT-3.1.4-1 wants the connection closed without a CONNACK.
    if (packet?.cmd !== 'connect') {
      return level === 5 ? this.refuseConnect('malformed_packet') : this.fail('malformed_packet');
    }
    const session = openSession(packet, this.deps.limits);
    if ('reason' in session) return this.refuseConnect(session.reason, session);
    this.state = 'authenticating';
    this.session = session;
    this.hold(HOLD.authenticating);
    this.deps.authenticator.authenticate({ device: session.user, token: session.token, admitsAll: true }).then(
      (identity) => this.admit(identity),
      (err) => {
        this.deps.log.error({ err }, 'a token could not be checked');
        this.refuseConnect('revocations_unknown');
      },
    );
  }

  private admit(identity: Identity | RefusedReason): void {
    if (this.state !== 'authenticating') return;
    this.place.checked(identity);
    if (typeof identity === 'string') return this.refuseConnect(identity);
    const { intake, counts, authenticator, limits, priorities } = this.deps;
    const session = this.session!;
    this.device = identity.device;
    this.athlete = identity.athlete;
    this.isDevice = identity.role === 'device';
    // Whoever is no device sends no frames, so a stream that fills up is nothing to them.
    this.priority = this.isDevice ? priorities.of(this.device, this.athlete) : 'race';
    const closedFor = intake.refusesDevice(this.priority);
    if (closedFor !== null) return this.refuseConnect(closedFor);
    this.importer = identity.importer;
    this.client = `mqtt:${session.clientId}`;
    const guard = authenticator.guard(identity, (reason) => this.close(reason));
    if (typeof guard === 'string') return this.refuseConnect(guard);
    this.guard = guard;
    const refused = this.place.admit(this);
    if (refused !== null) return this.refuseConnect(refused);
    this.publishes = new PublishReader(this.isDevice ? this.device : null, this.version === 5);
    this.reads = ReadPublishes.of(identity, this, () => this.unhold(HOLD.reads), this.deps);
    this.subscriptions = new Subscriptions(this, this.version, session.maxPacketBytes, this.deps);
    if (this.version === 5) this.acks = new Acknowledgements(session.withReasonStrings ? 'codeAndName' : 'code');
    this.reader.maxPacketBytes = limits.maxPacketBytes;
    this.state = 'open';
    counts.authenticated += 1;
    const { properties } = session;
    this.write(
      writePacket({ cmd: 'connack', sessionPresent: false, reasonCode: 0, returnCode: 0, properties }, this.version),
    );
    this.unhold(HOLD.authenticating);
  }

  private refuseConnect(reason: RefusedReason, codes?: ConnectRefusal): void {
    if (this.state === 'closed') return;
    this.closeFor(reason, refusalPacket(reason, codes, this.version));
  }

  // --- acknowledging (Origin)

  settle(slot: number, reason: Reason | null): void {
    if (reason !== null) this.deps.counts.reasons[reason] += 1;
    if (slot >= 0 && this.state !== 'closed') this.acks.settle(slot, reason);
  }

  flush(): void {
    if (this.isReading) {
      this.isFlushDue = true;
      return;
    }
    this.isFlushDue = false;
    if (this.state !== 'open') return;
    const due = this.acks.takeDue();
    if (due !== null) {
      this.deps.counts.acknowledged += due.count;
      this.write(due.bytes);
    }
    if (this.acks.refused !== null) return this.closeFor(this.acks.refused, null, false);
    if ((this.holds & HOLD.slots) !== 0 && this.acks.inFlight < this.deps.limits.maxInFlightFrames) {
      this.unhold(HOLD.slots);
    }
    if ((this.holds & HOLD.draining) !== 0 && this.acks.inFlight === 0) this.close('draining');
  }

  resume(): void {
    this.unhold(HOLD.intake);
  }

  private hold(cause: number): void {
    if (this.holds === 0) {
      this.reader.hold();
      this.socket.pause();
    }
    this.holds |= cause;
  }

  private unhold(cause: number): void {
    if ((this.holds & cause) === 0) return;
    this.holds &= ~cause;
    if (this.holds !== 0 || this.state === 'closed') return;
    this.lastSeenMs = this.deps.clock.monotonicMs();
    if (this.isReading) this.reader.release();
    else this.batch(() => this.reader.release());
    if (this.holds === 0) this.socket.resume();
  }

  // --- writing and ending

  /** Writes to the client, or ends the connection of one that does not read. */
  write(bytes: Buffer): void {
    if (this.state === 'closed') return;
    const waiting = this.socket.writableLength;
    if (waiting > 0 && waiting + bytes.length > this.deps.limits.maxOutputBytes) return this.destroy('slow_reader');
    this.socket.write(bytes);
  }

  /** For what a client that reads slowly is not sent again before it has taken this. */
  writeWhole(bytes: Buffer, whenGone: () => void): void {
    if (this.state !== 'closed') this.socket.write(bytes, whenGone);
  }

  /** Ends the connection, telling an MQTT 5 client why. */
  close(reason: RefusedReason): void {
    this.fail(reason);
  }

  fail(reason: RefusedReason, code?: number): void {
    const tells = this.version === 5 && this.state === 'open';
    const last = tells ? disconnectPacket(reason, code, this.session?.withReasonStrings === true) : null;
    this.closeFor(reason, last);
  }

  /** Nothing new is read; once what was taken is acknowledged, the connection ends. */
  drain(): void {
    if (this.state === 'closed') return;
    if (this.state !== 'open') return this.destroy('draining');
    this.hold(HOLD.draining);
    if (this.acks.inFlight === 0) this.close('draining');
  }

  destroy(reason: RefusedReason): void {
    if (this.state !== 'closed') {
      this.deps.counts.reasons[reason] += 1;
      this.deps.log.debug({ reason, device: this.device, client: this.client }, 'a connection is cut');
    }
    this.end();
    this.socket.destroy();
  }

  /** Called by the server now and then. */
  sweep(nowMs: number): void {
    const { limits } = this.deps;
    if (nowMs >= this.restsUntilMs) this.unhold(HOLD.resting);
    const silentMs = nowMs - this.lastSeenMs;
    if (this.state === 'closed') {
      if (silentMs > limits.lingerMs) this.socket.destroy();
    } else if (this.state !== 'open') {
      if (silentMs > limits.connectTimeoutMs) this.destroy('connect_timeout');
    } else if (this.holds === 0 && silentMs > this.session!.idleMs) {
      this.close('keep_alive_timeout');
    }
  }

  private closeQuietly(): void {
    this.end();
    this.socket.end();
  }

  private closeFor(reason: Reason, last: Buffer | null, counts = true): void {
    if (this.state === 'closed') return;
    if (counts) this.deps.counts.reasons[reason] += 1;
    this.deps.log.debug({ reason, device: this.device, client: this.client }, 'a connection is closed');
    // Acknowledgements that became due while this chunk was read go out before the last word.
    if (this.isFlushDue && this.state === 'open') {
      const due = this.acks.takeDue();
      if (due !== null) this.write(due.bytes);
    }
    this.end();
    if (last === null) this.socket.end();
    else this.socket.end(last);
  }

  private end(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.lastSeenMs = this.deps.clock.monotonicMs();
    this.reader.end();
    this.guard?.release();
    this.subscriptions?.stop();
    // What still comes is read and dropped, so that the last words are not lost in a reset.
    this.socket.resume();
  }
}
