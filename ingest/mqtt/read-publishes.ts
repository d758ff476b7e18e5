import type { ForwardedReads } from '../../schemas/forwarded-reads.ts';
import type { Reason } from '../../schemas/reasons.ts';
import type { Identity } from '../auth/authenticator.ts';
import type { FrontEndDeps } from '../connections/front-end.ts';

/** The part of a connection that publishes of reads come from. */
export interface ReadPublisher {
  settle(slot: number, reason: Reason | null): void;
  flush(): void;
}

/** Publishes of one connection that wait to be stored; then it is not read until one of them is. */
const MAX_WAITING = 4;

/** The reads that a timing system publishes: each publish is acknowledged once all of its reads are stored. */
export class ReadPublishes {
  readonly #publisher: ReadPublisher;
  readonly #by: ForwardedReads['by'];
  readonly #resume: () => void;
  readonly #deps: FrontEndDeps;
  #waiting = 0;

  private constructor(publisher: ReadPublisher, by: ForwardedReads['by'], resume: () => void, deps: FrontEndDeps) {
    this.#publisher = publisher;
    this.#by = by;
    this.#resume = resume;
    this.#deps = deps;
  }

  /** Null for a device: it has no races. `resume`: go on reading after `offer` answered false. */
  static of(
    { role, subject, tokenId }: Identity,
    publisher: ReadPublisher,
    resume: () => void,
    deps: FrontEndDeps,
  ): ReadPublishes | null {
    return role === 'device' ? null : new ReadPublishes(publisher, { role, subject, tokenId }, resume, deps);
  }

  /** Copies the bytes. Answers false when enough is under way: this publish was still taken. */
  offer(slot: number, race: string, bytes: Uint8Array): boolean {
    this.#waiting++;
    void this.#forward(slot, { race, by: this.#by, body: Buffer.from(bytes) });
    return this.#waiting < MAX_WAITING;
  }

  async #forward(slot: number, reads: ForwardedReads): Promise<void> {
    let reason: Reason | null;
    try {
      reason = await this.#deps.reads.forward(reads);
    } catch (err) {
      this.#deps.log.error({ err, race: reads.race }, 'reads could not be handed on');
      reason = 'stream_unavailable';
    }
    this.#waiting--;
    this.#publisher.settle(slot, reason);
    this.#publisher.flush();
    this.#resume();
  }
}
