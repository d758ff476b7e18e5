import type { ISubscribePacket, IUnsubscribePacket } from 'mqtt-packet';
import { parseRaceTopic } from '../../schemas/names.ts';
import type { FrontEndDeps } from '../connections/front-end.ts';
import { type BoardReceiver, BoardSubscriptions, type RetainWish } from './board-subscriptions.ts';
import { type CommandReceiver, CommandSubscriptions } from './command-subscriptions.ts';
import { type Version, writePacket } from './packets.ts';

const NO_SUBSCRIPTION_EXISTED = 0x11;
const UNSPECIFIED = 0x80;
const QUOTA_EXCEEDED = 0x97;
const IDENTIFIERS_NOT_SUPPORTED = 0xa1;

/** SUBSCRIBE and UNSUBSCRIBE packets of a connection that wait for their answer. */
const MAX_WAITING = 16;

/** What a client listens to: a device its own commands, everybody the boards of races. All else is refused. */
export class Subscriptions {
  readonly commands: CommandSubscriptions;
  readonly #boards: BoardSubscriptions;
  readonly #receiver: CommandReceiver;
  readonly #version: Version;
  #waiting = 0;
  /** Packets are answered in the order in which they came, each after the buckets and the bus have been asked. */
  #last: Promise<void> = Promise.resolve();
  readonly #deps: FrontEndDeps;

  constructor(receiver: CommandReceiver & BoardReceiver, version: Version, maxPacketBytes: number, deps: FrontEndDeps) {
    this.commands = new CommandSubscriptions(receiver, version, maxPacketBytes, deps);
    this.#boards = new BoardSubscriptions(receiver, version, maxPacketBytes, deps);
    this.#receiver = receiver;
    this.#version = version;
    this.#deps = deps;
  }

  subscribe({ messageId, subscriptions, properties }: ISubscribePacket): void {
    const hasIdentifier = properties?.subscriptionIdentifier !== undefined;
    const isFull = this.#waiting >= MAX_WAITING;
    this.#inTurn(async () => {
      const added = [];
      for (const { topic, rh, rap } of subscriptions) {
        if (hasIdentifier) added.push({ code: IDENTIFIERS_NOT_SUPPORTED });
        else if (isFull) added.push({ code: QUOTA_EXCEEDED });
        else added.push(await this.#add(topic, { rh, rap }));
      }
      // A command that is sent after the SUBACK arrives, so the bus must know of us first.
      await this.commands.known;
      const granted = added.map(({ code }) => (this.#version === 5 ? code : Math.min(code, UNSPECIFIED)));
      this.#receiver.write(writePacket({ cmd: 'suback', messageId, granted }, this.#version));
      for (const { after } of added) after?.();
    });
  }

  unsubscribe({ messageId, unsubscriptions }: IUnsubscribePacket): void {
    this.#inTurn(async () => {
      const granted = unsubscriptions.map((filter) => {
        const race = parseRaceTopic(filter)?.race;
        const isGone = race === undefined ? this.commands.remove(filter) : this.#boards.remove(race);
        return isGone ? 0 : NO_SUBSCRIPTION_EXISTED;
      });
      this.#receiver.write(writePacket({ cmd: 'unsuback', messageId, granted }, this.#version));
    });
  }

  stop(): void {
    this.commands.stop();
    this.#boards.stop();
  }

  async #add(topic: string, wish: RetainWish): Promise<{ code: number; after?: () => void }> {
    const of = parseRaceTopic(topic);
    return of?.kind === 'board' ? this.#boards.add(of.race, wish) : { code: this.commands.add(topic) };
  }

  #inTurn(work: () => Promise<void>): void {
    this.#waiting++;
    this.#last = this.#last
      .then(work)
      .catch((err) => this.#deps.log.error({ err, device: this.#receiver.device }, 'a subscription failed'))
      .finally(() => this.#waiting--);
  }
}
