import type { ReleaseStack } from '../../runtime/release.ts';

/** Another system that ours is compared with, running. */
export interface PeerPlace {
  /** Its files go to a folder of its own in here. */
  readonly dir: string;
  readonly release: ReleaseStack;
  readonly say: (text: string) => void;
  /** Whether what is missing may be installed; without it the peer is left out. */
  readonly mayInstall: boolean;
}

/** It is not there and cannot be had: the comparison goes on without it, and says so. */
export class PeerMissingError extends Error {
  override name = 'PeerMissingError';
}

/** What `start` answers, or the reason why the peer is left out. Other errors are thrown. */
export async function orMissing<T>(start: () => Promise<T>): Promise<T | string> {
  try {
    return await start();
  } catch (error) {
    if (error instanceof PeerMissingError) return error.message;
    throw error;
  }
}
