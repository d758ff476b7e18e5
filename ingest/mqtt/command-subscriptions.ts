import type { Subscription } from '../../runtime/bus.ts';
import { isOwnCommandFilter, topics } from '../../schemas/names.ts';
import { type Command, decodeCommand } from '../../schemas/websocket-framing.ts';
import type { FrontEndDeps } from '../connections/front-end.ts';
import { type Version, writePacket } from './packets.ts';

const GRANTED_QOS_0 = 0x00;
const NOT_AUTHORIZED = 0x87;
const FILTER_INVALID = 0x8f;
const QUOTA_EXCEEDED = 0x97;
const SHARED_NOT_SUPPORTED = 0x9e;

/** Longer than any filter that a command's topic can match. */
const MAX_FILTER_LENGTH = 256;

/** The part of a connection that commands are delivered on. */
export interface CommandReceiver {
  readonly device: string;
  /** False for whoever has a token of another role: there are no commands to them. */
  readonly isDevice: boolean;
  write(bytes: Buffer): void;
}

/**
 * The command topics that a device listens to. Commands arrive on the bus, whichever process holds the connection, and
 * are delivered at QoS 0: whoever sends one waits for the device's data, not for its PUBACK.
 */
export class CommandSubscriptions {
  private readonly receiver: CommandReceiver;
  private readonly version: Version;
  private readonly maxPacketBytes: number;
  private readonly deps: FrontEndDeps;
  private readonly filters = new Set<string>();
  private subscription: Subscription | null = null;
  /** Resolves once the bus knows of the subscription. */
  known: Promise<void> = Promise.resolve();

  constructor(receiver: CommandReceiver, version: Version, maxPacketBytes: number, deps: FrontEndDeps) {
    this.receiver = receiver;
    this.version = version;
    this.maxPacketBytes = maxPacketBytes;
    this.deps = deps;
  }

  /** False when there was no such subscription. */
  remove(filter: string): boolean {
    const isGone = this.filters.delete(filter);
    if (this.filters.size === 0) this.stop();
    return isGone;
  }

  stop(): void {
    this.subscription?.stop();
    this.subscription = null;
  }

  /** The code for one filter, after subscribing when it is allowed. */
  add(filter: string): number {
    const { device, isDevice } = this.receiver;
    if (filter.startsWith('$share/')) return SHARED_NOT_SUPPORTED;
    if (filter.length > MAX_FILTER_LENGTH || !isFilter(filter)) return FILTER_INVALID;
    if (!isDevice || !isOwnCommandFilter(filter, device)) return NOT_AUTHORIZED;
    if (!this.filters.has(filter) && this.filters.size >= this.deps.limits.maxSubscriptions) return QUOTA_EXCEEDED;
    this.filters.add(filter);
    if (this.subscription === null) this.start();
    return GRANTED_QOS_0;
  }

  private start(): void {
    const { bus, names, log } = this.deps;
    const { device } = this.receiver;
    this.subscription = bus.subscribe(names.command(device), ({ data }) => this.deliver(data));
    this.known = bus.flush().catch((err) => log.warn({ err, device }, 'the bus did not confirm a subscription'));
  }

  private deliver(data: Uint8Array): void {
    const command = decodeCommand(data);
    if (command !== null) this.send(command);
    else this.deps.log.warn({ device: this.receiver.device }, 'a command could not be read');
  }

  /** To the client, if it listens to such a command. */
  send(command: Command): void {
    const topic = topics.command(this.receiver.device, command.name);
    if (![...this.filters].some((filter) => matches(filter, topic))) return;
    const payload = Buffer.from(command.payload);
    const packet = writePacket({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false }, this.version);
    // MQTT-3.1.2-24: what the client cannot take is not sent.
    if (packet.length > this.maxPacketBytes) {
      return this.deps.log.warn({ device: this.receiver.device, topic }, 'a command is larger than the device takes');
    }
    this.deps.counts.commands += 1;
    this.receiver.write(packet);
  }
}

/** "Send nothing for so long", as a phone hears it in a message of its own. */
export function slowDownCommand(forMs: number): Command {
  return { name: 'slow-down', payload: Buffer.from(JSON.stringify({ forMs })) };
}

/** MQTT 5, 4.7.1: `#` is a whole level and the last one, `+` is a whole level. */
function isFilter(filter: string): boolean {
  if (filter.includes('\0')) return false;
  const levels = filter.split('/');
  return levels.every(
    (level, index) =>
      level === '+' || (level === '#' ? index === levels.length - 1 : !level.includes('+') && !level.includes('#')),
  );
}

function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '#') return true;
    if (levels[i] === undefined || (wanted[i] !== '+' && wanted[i] !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}
