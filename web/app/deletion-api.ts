import { send } from './account-api.ts';

/** What the API answers once, to whoever has deleted their account. */
export interface DeletionReceipt {
  /** Under which operators find the proof of it. */
  readonly deletion: string;
  readonly askedMs: number;
  /** When nothing is left to age out. */
  readonly doneMs: number;
  /** Rows that are gone already, by store and what of it. */
  readonly removed: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export const deleteAccount = async (password: string) =>
  (await (await send('POST', '/account/deletion', { password })).json()) as DeletionReceipt;
