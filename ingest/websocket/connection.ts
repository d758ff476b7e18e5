import type { Subscription } from '../../runtime/bus.ts';
import type { CutOffLimit, Socket } from '../../runtime/sockets/socket-server.ts';
import { type FrameIdentity, peekIdentity } from '../../schemas/frame/peek-identity.ts';
import type { Encoding } from '../../schemas/names.ts';
import { DEFAULT_PRIORITY, type Priority } from '../../schemas/priority.ts';
import type { Reason, RefusedReason } from '../../schemas/reasons.ts';
import {
  type Ack,
  ackOf,
  encodeAcks,
  encodeCommandMessage,
  encodeGoodbye,
  encodeSlowDown,
  encodeWelcome,
  type Hello,
  readUp,
} from '../../schemas/websocket-framing.ts';
import type { Guard, Identity } from '../auth/authenticator.ts';
import type { LiveConnection, Place } from '../connections/connections.ts';
import type { FrontEndDeps } from '../connections/front-end.ts';
import type { Origin } from '../origin.ts';
import { closeCode } from './close-codes.ts';

/** What a socket's data slot holds: the connection, once there is one. */
export interface Slot {
  connection: WebsocketConnection | null;
}

type State = 'waiting' | 'authenticating' | 'open' | 'closed';

/** The reasons for which the socket server ends a connection by itself. */
const REASON_OF_LIMIT = {
  message: 'packet_too_large',
  backpressure: 'slow_reader',
  idle: 'keep_alive_timeout',
} as const satisfies Record<CutOffLimit, RefusedReason>;

/**
 * One device's connection.
 *
 * waiting (for the hello) → authenticating → open → closed. Every state may end in closed. A connection that was told
 * goodbye stays a while for its client to read it; the server's sweep cuts it off after `lingerMs`.
 *
 * Slots are the frames' ordinals. Acks leave as soon as their frames are settled, whatever the order, those of one
 * batch in one message.
 */
export class WebsocketConnection implements Origin, LiveConnection {
  device = '';
  readonly isDevice = true;
  athlete = '';
  importer = false;
  priority: Priority = DEFAULT_PRIORITY;
  client = '';
  private state: State = 'waiting';
  /** When it came, or when it was told goodbye. */
  private sinceMs: number;
  private readonly deps: FrontEndDeps;
  private readonly socket: Socket<Slot>;
  private readonly place: Place;
  private readonly canPause: boolean;
  private readonly inFlight = new Map<number, FrameIdentity>();
  private due: Ack[] = [];
  private nextOrdinal = 0;
  private isHeld = false;
  private restsUntilMs = 0;
  private isDraining = false;
  private guard: Guard | null = null;
  private commands: Subscription | null = null;

  constructor(socket: Socket<Slot>, place: Place, canPause: boolean, deps: FrontEndDeps) {
    this.socket = socket;
    this.place = place;
    this.canPause = canPause;
    this.deps = deps;
    this.sinceMs = deps.clock.monotonicMs();
  }

  // --- reading

  message(bytes: Uint8Array, kind: 'binary' | 'text'): void {
    this.deps.counts.receivedBytes += bytes.length;
    if (this.state === 'closed') return;
    const tooMany = this.state === 'open' ? null : this.place.unauthenticatedBytes(bytes.length);
    if (tooMany !== null) return this.close(tooMany);
    if (kind === 'text') return this.close('malformed_packet');
    if (this.state === 'waiting' && bytes.length > this.deps.limits.maxConnectBytes) {
      return this.close('packet_too_large');
    }
    const said = readUp(bytes);
    if (typeof said === 'string') this.close(said);
    else if (said.kind === 'hello' && this.state === 'waiting') this.authenticate(said);
    else if (said.kind === 'frame' && this.state === 'open') this.frame(said.encoding, said.body);
    // A second hello, or a frame before the welcome.
    else this.close('protocol_error');
  }

  private authenticate({ client, token }: Hello): void {
    this.state = 'authenticating';
    this.client = `ws:${client}`;
    this.deps.authenticator.authenticate({ device: null, token }).then(
      (identity) => this.admit(identity),
      (err) => {
        this.deps.log.error({ err }, 'a token could not be checked');
        this.close('revocations_unknown');
      },
    );
  }

  private admit(identity: Identity | RefusedReason): void {
    if (this.state !== 'authenticating') return;
    this.place.checked(identity);
    if (typeof identity === 'string') return this.close(identity);
    const { intake, counts, authenticator, bus, names, limits, priorities } = this.deps;
    this.device = identity.device;
    this.athlete = identity.athlete;
    this.priority = priorities.of(this.device, this.athlete);
    const closedFor = intake.refusesDevice(this.priority);
    if (closedFor !== null) return this.close(closedFor);
    this.importer = identity.importer;
    const guard = authenticator.guard(identity, (reason) => this.close(reason));
    if (typeof guard === 'string') return this.close(guard);
    this.guard = guard;
    const refused = this.place.admit(this);
    if (refused !== null) return this.close(refused);
    this.state = 'open';
    counts.authenticated += 1;
    this.commands = bus.subscribe(names.command(this.device), ({ data }) => this.command(data));
    const { maxInFlightFrames, maxPacketBytes: maxMessageBytes } = limits;
    this.socket.send(encodeWelcome({ maxInFlightFrames, maxMessageBytes }));
  }

  private frame(encoding: Encoding, body: Uint8Array): void {
    const { intake, counts, limits } = this.deps;
    if (this.inFlight.size >= limits.maxInFlightFrames) return this.close('receive_maximum_exceeded');
    const ordinal = this.nextOrdinal;
    this.nextOrdinal = (ordinal + 1) >>> 0;
    this.inFlight.set(ordinal, peekIdentity(encoding, body));
    // Where reading cannot be held, what comes meanwhile is refused instead: memory stays bounded either way.
    const refused = intake.refusesFrame(this.priority) ?? (this.isHeld && !this.canPause ? 'overloaded' : null);
    if (refused !== null) {
      intake.turnedAway(refused);
      this.settle(ordinal, refused);
      return this.flush();
    }
    counts.frames += 1;
    const restMs = intake.restMs(this.priority);
    if (restMs > 0) this.askToSlowDown(restMs);
    if (intake.offer(this, ordinal, encoding, body)) return;
    this.isHeld = true;
    this.socket.pause();
  }

  private askToSlowDown(forMs: number): void {
    const nowMs = this.deps.clock.monotonicMs();
    if (nowMs < this.restsUntilMs) return;
    this.restsUntilMs = nowMs + forMs;
    this.deps.counts.slowDowns += 1;
    this.socket.send(encodeSlowDown(forMs));
  }

  // --- acknowledging (Origin)

  settle(slot: number, reason: Reason | null): void {
    if (reason !== null) this.deps.counts.reasons[reason] += 1;
    const identity = this.inFlight.get(slot);
    if (identity === undefined) return;
    this.inFlight.delete(slot);
    this.due.push(ackOf(slot, identity, reason));
  }

  flush(): void {
    if (this.state !== 'open') return;
    this.sendDue();
    if (this.isDraining && this.inFlight.size === 0) this.close('draining');
  }

  private sendDue(): void {
    if (this.due.length === 0) return;
    this.deps.counts.acknowledged += this.due.length;
    this.socket.send(encodeAcks(this.due));
    this.due = [];
  }

  resume(): void {
    this.isHeld = false;
    this.socket.resume();
  }

  private command(data: Uint8Array): void {
    if (this.state !== 'open') return;
    this.deps.counts.commands += 1;
    this.socket.send(encodeCommandMessage(data));
  }

  // --- ending

  /** Says goodbye, after the acks that are due. */
  close(reason: RefusedReason): void {
    if (this.state === 'closed') return;
    const { counts, log } = this.deps;
    counts.reasons[reason] += 1;
    log.debug({ reason, device: this.device, client: this.client }, 'a connection is closed');
    if (this.state === 'open') this.sendDue();
    this.socket.send(encodeGoodbye(reason));
    this.end();
    this.socket.close(closeCode(reason), reason);
  }

  /** Takes no more frames; once those that were taken are acknowledged, the connection ends. */
  drain(): void {
    this.isDraining = true;
    if (this.state !== 'open' || this.inFlight.size === 0) this.close('draining');
  }

  /** Called by the server now and then. */
  sweep(nowMs: number): void {
    const { limits } = this.deps;
    const sinceMs = nowMs - this.sinceMs;
    if (this.state === 'closed') {
      if (sinceMs > limits.lingerMs) this.socket.terminate();
    } else if (this.state !== 'open' && sinceMs > limits.connectTimeoutMs) {
      this.close('connect_timeout');
    }
  }

  /** The socket is gone, whoever ended it. */
  gone(limit: CutOffLimit | null): void {
    if (this.state !== 'closed' && limit !== null) this.deps.counts.reasons[REASON_OF_LIMIT[limit]] += 1;
    this.end();
    this.place.leave();
  }

  private end(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.sinceMs = this.deps.clock.monotonicMs();
    this.inFlight.clear();
    this.due = [];
    this.guard?.release();
    this.commands?.stop();
  }
}
