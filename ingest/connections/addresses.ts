import type { Clock } from '../../runtime/clock.ts';
import type { RefusedReason } from '../../schemas/reasons.ts';
import { addressGroup, createAddressSet } from './address-group.ts';

/** What may come from one address (of IPv6: from one /64). 0 switches a limit off. */
export interface AddressLimits {
  readonly maxConnectionsPerAddress: number;
  /** Of them, those that have not shown a token yet. */
  readonly maxUnauthenticatedPerAddress: number;
  readonly maxConnectsPerAddressMinute: number;
  /** Connections that ended without having shown a good token. */
  readonly maxFailedConnectsPerAddressMinute: number;
  readonly maxUnauthenticatedBytesPerAddressMinute: number;
  /** Networks without these limits: the machine's own, and balancers, behind whose address everybody is. */
  readonly trustedAddresses: readonly string[];
}

/** A connection's share in its address. */
export interface AddressPlace {
  /** Bytes came before a good token; a reason when there were too many of them. */
  unauthenticatedBytes(bytes: number): RefusedReason | null;
  /** Its token was good, whatever becomes of it now. */
  authenticated(): void;
  leave(): void;
}

export interface Addresses {
  arrive(address: string): AddressPlace | RefusedReason;
  /** Addresses that are remembered. */
  readonly count: number;
}

interface Use {
  open: number;
  unauthenticated: number;
  /** The minute that the next three belong to. */
  minute: number;
  connects: number;
  failed: number;
  bytes: number;
}

const MINUTE_MS = 60_000;
/** More than there can be connections, so an address without any can always be forgotten. */
const MAX_ADDRESSES = 65_536;

const TRUSTED: AddressPlace = {
  unauthenticatedBytes: () => null,
  authenticated: () => undefined,
  leave: () => undefined,
};

/**
 * Counts by address, so that one that floods, guesses or hoards costs others nothing. Rates are counted by the minute
 * of the clock: an address that is over one is refused before a byte of it is read, until the minute ends.
 */
export function createAddresses({ limits, clock }: { limits: AddressLimits; clock: Clock }): Addresses {
  const isTrusted = createAddressSet(limits.trustedAddresses);
  const uses = new Map<string, Use>();
  const isOver = (count: number, limit: number) => limit > 0 && count >= limit;

  function useOf(group: string): Use {
    const minute = Math.floor(clock.monotonicMs() / MINUTE_MS);
    let use = uses.get(group);
    if (use === undefined) {
      if (uses.size >= MAX_ADDRESSES) forgetOne();
      use = { open: 0, unauthenticated: 0, minute, connects: 0, failed: 0, bytes: 0 };
      uses.set(group, use);
    }
    if (use.minute !== minute) Object.assign(use, { minute, connects: 0, failed: 0, bytes: 0 });
    return use;
  }

  /** The one that came first, of those that have no connection: its minute begins anew if it comes back. */
  function forgetOne(): void {
    for (const [group, use] of uses) {
      if (use.open === 0) return void uses.delete(group);
    }
  }

  function refusalOf(use: Use): RefusedReason | null {
    if (isOver(use.failed, limits.maxFailedConnectsPerAddressMinute)) return 'too_many_failures';
    if (isOver(use.bytes, limits.maxUnauthenticatedBytesPerAddressMinute)) return 'too_many_failures';
    if (isOver(use.connects, limits.maxConnectsPerAddressMinute)) return 'connecting_too_often';
    const isFull =
      isOver(use.open, limits.maxConnectionsPerAddress) ||
      isOver(use.unauthenticated, limits.maxUnauthenticatedPerAddress);
    return isFull ? 'too_many_from_address' : null;
  }

  return {
    arrive(address) {
      if (isTrusted(address)) return TRUSTED;
      const group = addressGroup(address);
      const use = useOf(group);
      const refused = refusalOf(use);
      if (refused !== null) return refused;
      use.connects += 1;
      use.open += 1;
      use.unauthenticated += 1;
      let isKnown = false;
      return {
        unauthenticatedBytes(bytes) {
          const now = useOf(group);
          now.bytes += bytes;
          const limit = limits.maxUnauthenticatedBytesPerAddressMinute;
          return limit > 0 && now.bytes > limit ? 'too_many_failures' : null;
        },
        authenticated() {
          isKnown = true;
          use.unauthenticated -= 1;
        },
        leave() {
          use.open -= 1;
          if (isKnown) return;
          use.unauthenticated -= 1;
          useOf(group).failed += 1;
        },
      };
    },
    get count() {
      return uses.size;
    },
  };
}
