import type { ISubscribePacket, IUnsubscribePacket } from 'mqtt-packet';
import type { Subscription } from '../../runtime/bus.ts';
import { isOwnCommandFilter, topics } from '../../schemas/names.ts';
import { type Command, decodeCommand } from '../../schemas/websocket-framing.ts';
import type { FrontEndDeps } from '../connections/front-end.ts';
import { type Version, writePacket } from './packets.ts';

const GRANTED_QOS_0 = 0x00;
const NO_SUBSCRIPTION_EXISTED = 0x11;
const UNSPECIFIED = 0x80;
const NOT_AUTHORIZED = 0x87;
const FILTER_INVALID = 0x8f;
const QUOTA_EXCEEDED = 0x97;
const SHARED_NOT_SUPPORTED = 0x9e;
const IDENTIFIERS_NOT_SUPPORTED = 0xa1;

/** Longer than any filter that a command's topic can match. */
const MAX_FILTER_LENGTH = 256;

/** The part of a connection that commands are delivered on. */
export interface CommandReceiver {
  readonly device: string;
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
  private known: Promise<void> = Promise.resolve();

  constructor(receiver: CommandReceiver, version: Version, maxPacketBytes: number, deps: FrontEndDeps) {
    this.receiver = receiver;
    this.version = version;
    this.maxPacketBytes = maxPacketBytes;
    this.deps = deps;
  }

  subscribe({ messageId, subscriptions, properties }: ISubscribePacket): void {
    const hasIdentifier = properties?.subscriptionIdentifier !== undefined;
    const codes = subscriptions.map(({ topic }) => (hasIdentifier ? IDENTIFIERS_NOT_SUPPORTED : this.add(topic)));
    const granted = this.version === 5 ? codes : codes.map((code) => Math.min(code, UNSPECIFIED));
    const answer = () => this.receiver.write(writePacket({ cmd: 'suback', messageId, granted }, this.version));
    // A command that is sent after the SUBACK arrives, so the bus must know of us first.
    void this.known.then(answer);
  }

  unsubscribe({ messageId, unsubscriptions }: IUnsubscribePacket): void {
    const granted = unsubscriptions.map((filter) => (this.filters.delete(filter) ? 0 : NO_SUBSCRIPTION_EXISTED));
    if (this.filters.size === 0) this.stop();
    this.receiver.write(writePacket({ cmd: 'unsuback', messageId, granted }, this.version));
  }

  stop(): void {
    this.subscription?.stop();
    this.subscription = null;
  }

  /** The code for one filter, after subscribing when it is allowed. */
  private add(filter: string): number {
    const { device } = this.receiver;
    if (filter.startsWith('$share/')) return SHARED_NOT_SUPPORTED;
    if (filter.length > MAX_FILTER_LENGTH || !isFilter(filter)) return FILTER_INVALID;
    if (!isOwnCommandFilter(filter, device)) return NOT_AUTHORIZED;
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
