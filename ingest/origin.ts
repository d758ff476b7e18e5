import type { Priority } from '../schemas/priority.ts';
import type { Reason } from '../schemas/reasons.ts';

/** A connection, as the intake sees it. Slots are the front end's own numbers, handed back once each. */
export interface Origin {
  readonly device: string;
  /** '' when the device belongs to nobody. */
  readonly athlete: string;
  /** Only an importer may send `file:` sources. */
  readonly importer: boolean;
  /** From CONFIG; may change at any time. */
  readonly priority: Priority;
  /** `null`: stored. A dead reason: the dead letter is stored, acknowledge too. Refused or shed: do not acknowledge. */
  settle(slot: number, reason: Reason | null): void;
  /** After a run of `settle` calls: send the acknowledgements that became due. */
  flush(): void;
  /** Go on reading after `offer` answered false. */
  resume(): void;
}
