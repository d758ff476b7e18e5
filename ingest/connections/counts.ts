import { REASON_NAMES, type Reason } from '../../schemas/reasons.ts';

/**
 * What one front end has seen, as plain numbers: the path of a frame adds to them, and the metrics page reads them
 * when it is asked.
 */
export interface FrontEndCounts {
  /** Connections that were accepted, ever; and those open now. */
  accepted: number;
  open: number;
  authenticated: number;
  receivedBytes: number;
  /** Frames handed to the intake. */
  frames: number;
  /** Acknowledgements sent, good or with a reason. */
  acknowledged: number;
  commands: number;
  /** Boards of races sent to those who listen. */
  boards: number;
  /** Times that a device was made to rest because the stream fills up. */
  slowDowns: number;
  /** Connections and frames that ended with a reason. Bytes of strangers are counted here and stored nowhere. */
  readonly reasons: Record<Reason, number>;
}

export function createFrontEndCounts(): FrontEndCounts {
  return {
    accepted: 0,
    open: 0,
    authenticated: 0,
    receivedBytes: 0,
    frames: 0,
    acknowledged: 0,
    commands: 0,
    boards: 0,
    slowDowns: 0,
    reasons: Object.fromEntries(REASON_NAMES.map((reason) => [reason, 0])) as Record<Reason, number>,
  };
}
