import type { Encoding } from '../schemas/names.ts';
import type { Reason } from '../schemas/reasons.ts';

/**
 * Where frames go once a front end (MQTT, WebSocket) has authenticated the connection and taken a slot for the frame's
 * acknowledgement. The intake copies the bytes before it returns.
 */
export interface Intake {
  /**
   * Takes one frame. Answers false when the intake is full: this frame was still taken, but the front end stops
   * reading from the connection until `origin.resume` is called.
   */
  offer(origin: Origin, slot: number, encoding: Encoding, bytes: Uint8Array): boolean;
  /** Null when devices may connect and send; otherwise why new data is refused at the moment. */
  readonly closedFor: Reason | null;
}

/** A connection, as the intake sees it. Slots are the front end's own numbers, handed back once each. */
export interface Origin {
  readonly device: string;
  /** '' when the device belongs to nobody. */
  readonly athlete: string;
  /** Only an importer may send `file:` sources. */
  readonly importer: boolean;
  /** `null`: stored. A dead reason: the dead letter is stored, acknowledge too. A refused one: do not acknowledge. */
  settle(slot: number, reason: Reason | null): void;
  /** After a run of `settle` calls: send the acknowledgements that became due. */
  flush(): void;
  /** Go on reading after `offer` answered false. */
  resume(): void;
}
