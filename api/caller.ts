/** Who asks. */
export type Caller =
  | {
      readonly kind: 'device';
      readonly device: string /** Its own id when it belongs to nobody. */;
      readonly athlete: string;
    }
  | { readonly kind: 'operator'; readonly name: string }
  /** Of races: may see and change their own. */
  | { readonly kind: 'organiser'; readonly organiser: string }
  /** A timing system of an organiser's: may send reads. */
  | { readonly kind: 'feed'; readonly organiser: string; readonly tokenId: string }
  | AccountCaller;

/** A person who has logged in. */
export interface AccountCaller {
  readonly kind: 'account';
  readonly account: string;
  readonly session: string;
  /** Whose data is theirs. */
  readonly athlete: string;
  readonly roles: readonly string[];
  /** Of those: what they open is closed until the person has a second factor. */
  readonly rolesToConfirm: readonly string[];
  /** Whose races are theirs, with the role of an organiser. */
  readonly organiser: string | null;
}

export type RaceOfficial = Extract<Caller, { kind: 'operator' | 'organiser' | 'feed' }>;
