import type { MessageLog, OrderedMessage } from './stream.ts';

type Read = Parameters<MessageLog['readFrom']>[0];

/** Whoever is farther behind the first of a shared read than this reads by themselves until they have caught up. */
const MAX_KEPT = 1_024;

/**
 * The same log, whose reads of the same subjects share one as soon as they have come to the same place: sixteen slots
 * that all look through the facts of races get each fact once from the server, and not sixteen times. What
 * {@link MessageLog.readFrom} says holds for each read by itself; nobody waits for anybody else.
 */
export function shareReads(log: MessageLog, maxKept = MAX_KEPT): MessageLog {
  const open = new Map<string, SharedRead>();

  function sharedFor(subjects: readonly string[], fromSeq: number): SharedRead {
    const key = subjects.join(' ');
    const known = open.get(key);
    if (known !== undefined) return known;
    const shared = new SharedRead(log, { subjects, fromSeq }, maxKept, () => open.delete(key));
    open.set(key, shared);
    return shared;
  }

  return { ...log, readFrom: (read) => ({ [Symbol.asyncIterator]: () => new Reader(log, sharedFor, read) }) };
}

type SharedFor = (subjects: readonly string[], fromSeq: number) => SharedRead;

/** One read: alone until the shared one has what comes next, then with it. By hand, for there are many of them. */
class Reader implements AsyncIterator<OrderedMessage> {
  readonly #log: MessageLog;
  readonly #sharedFor: SharedFor;
  readonly #read: Read;
  #nextSeq: number;
  #with: { readonly shared: SharedRead; place: number } | null = null;
  #alone: { readonly messages: AsyncIterator<OrderedMessage>; readonly stop: AbortController } | null = null;
  readonly #onAbort: () => void;

  constructor(log: MessageLog, sharedFor: SharedFor, read: Read) {
    this.#log = log;
    this.#sharedFor = sharedFor;
    this.#read = read;
    this.#nextSeq = read.fromSeq;
    this.#onAbort = () => this.#with?.shared.wake();
    read.signal.addEventListener('abort', this.#onAbort);
  }

  async next(): Promise<IteratorResult<OrderedMessage, undefined>> {
    const { signal } = this.#read;
    while (!signal.aborted) {
      if (this.#with === null && this.#alone === null) this.#begin();
      const message = this.#with === null ? await this.#nextAlone() : this.#with.shared.at(this.#with.place);
      if (message === 'dropped') this.#leave();
      else if (message === 'none') await this.#with?.shared.more();
      else if (message !== null) {
        if (this.#with !== null) this.#with.place++;
        if (message.seq < this.#nextSeq) continue;
        this.#nextSeq = message.seq + 1;
        return { value: message, done: false };
      }
    }
    return this.return();
  }

  async return(): Promise<IteratorResult<OrderedMessage, undefined>> {
    this.#read.signal.removeEventListener('abort', this.#onAbort);
    this.#leave();
    await this.#stopAlone();
    return { value: undefined, done: true };
  }

  #begin(): void {
    const shared = this.#sharedFor(this.#read.subjects, this.#nextSeq);
    if (shared.covers(this.#nextSeq)) {
      this.#with = { shared, place: shared.join(this.#nextSeq) };
      return;
    }
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#read.signal, stop.signal]);
    const messages = this.#log.readFrom({ ...this.#read, fromSeq: this.#nextSeq, signal })[Symbol.asyncIterator]();
    this.#alone = { messages, stop };
  }

  /** Null when there is none, for the read was stopped or is a shared one from now on. */
  async #nextAlone(): Promise<OrderedMessage | null> {
    if (this.#sharedFor(this.#read.subjects, this.#nextSeq).covers(this.#nextSeq)) {
      await this.#stopAlone();
      return null;
    }
    const { value, done } = await this.#alone!.messages.next();
    return done === true ? null : value;
  }

  async #stopAlone(): Promise<void> {
    const alone = this.#alone;
    this.#alone = null;
    alone?.stop.abort();
    await alone?.messages.return?.();
  }

  #leave(): void {
    this.#with?.shared.leave();
    this.#with = null;
  }
}

/**
 * One read with several followers, each at a place of its own among the newest messages. It goes on when the first of
 * them asks for more, and ends with the last of them.
 */
class SharedRead {
  readonly #messages: AsyncIterator<OrderedMessage>;
  readonly #ending = new AbortController();
  readonly #maxKept: number;
  readonly #onEnd: () => void;
  #kept: OrderedMessage[] = [];
  /** How many were dropped before those that are kept. */
  #dropped = 0;
  /** Everything from here on is kept, or comes. */
  #fromSeq: number;
  #followers = 0;
  #isReading = false;
  readonly #waiting = new Set<() => void>();

  constructor(log: MessageLog, read: Omit<Read, 'signal'>, maxKept: number, onEnd: () => void) {
    this.#fromSeq = read.fromSeq;
    this.#maxKept = maxKept;
    this.#onEnd = onEnd;
    this.#messages = log.readFrom({ ...read, signal: this.#ending.signal })[Symbol.asyncIterator]();
  }

  covers(seq: number): boolean {
    return seq >= this.#fromSeq;
  }

  /** One more follows, who has come to this sequence; to be asked for what is at the place that this returns. */
  join(seq: number): number {
    this.#followers++;
    const at = this.#kept.findIndex((message) => message.seq >= seq);
    return this.#dropped + (at < 0 ? this.#kept.length : at);
  }

  leave(): void {
    if (--this.#followers === 0) this.#end();
  }

  /** `none` before it is there; `dropped` when it, or the whole read, is no more. */
  at(place: number): OrderedMessage | 'none' | 'dropped' {
    if (place < this.#dropped || this.#ending.signal.aborted) return 'dropped';
    const message = this.#kept[place - this.#dropped];
    if (message === undefined) return 'none';
    const behind = this.#dropped + this.#kept.length - place - 1;
    return behind > message.pendingMessages ? withPending(message, behind) : message;
  }

  /** Resolves when there may be another message, or somebody's signal aborted. */
  more(): Promise<void> {
    if (!this.#isReading) void this.#read();
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    const { value, done } = await this.#messages.next();
    this.#isReading = false;
    if (done === true) this.#end();
    else {
      this.#kept.push(value);
      if (this.#kept.length > this.#maxKept) {
        this.#fromSeq = this.#kept[0].seq + 1;
        this.#kept.shift();
        this.#dropped++;
      }
    }
    this.wake();
  }

  wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }

  #end(): void {
    if (this.#ending.signal.aborted) return;
    this.#onEnd();
    this.#ending.abort();
  }
}

function withPending(message: OrderedMessage, pendingMessages: number): OrderedMessage {
  const { subject, seq, timeMs, data } = message;
  return { subject, seq, timeMs, data, header: (name) => message.header(name), pendingMessages };
}
