import type { SendDeps } from './send-frames.ts';

export interface ImportDeps {
  readonly athlete: string;
  readonly maxBytes: number;
  readonly send: Omit<SendDeps, 'onAcknowledged'>;
  /** From 0 to 1, of the file's rows. */
  readonly onProgress: (share: number) => void;
}
