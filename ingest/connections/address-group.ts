import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * What counts as one address: an IPv4 address, or the /64 that one subscriber of IPv6 is given, of which it may use any
 * address. An address that is neither (a twin's) stands for itself.
 */
export function addressGroup(address: string): string {
  if (!isIPv6(address)) return address;
  const words = wordsOf(address);
  const isMapped = words[5] === 0xffff && words.slice(0, 5).every((word) => word === 0);
  if (isMapped) return [words[6] >> 8, words[6] & 0xff, words[7] >> 8, words[7] & 0xff].join('.');
  const prefix = words.slice(0, 4).map((word) => word.toString(16));
  return `${prefix.join(':')}::/64`;
}

/** The eight words of an IPv6 address, however it is written: with `::`, a zone, or an IPv4 address at its end. */
function wordsOf(address: string): number[] {
  const hex = address.split('%')[0].replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a, b, c, d] = bytes.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [before, after] = hex.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const missing = after === undefined ? 0 : 8 - before.length - after.length;
  const words = [...before, ...Array.from({ length: missing }, () => '0'), ...(after ?? [])];
  return words.map((word) => Number.parseInt(word, 16));
}

/** Whether an address is in one of the networks (`10.0.0.0/8`, `::1`, …). Throws RangeError on what is no network. */
export function createAddressSet(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [base, bits] = network.split('/', 2);
    const family = isIPv4(base) ? 'ipv4' : 'ipv6';
    const most = family === 'ipv4' ? 32 : 128;
    const prefix = bits === undefined ? most : Number(bits);
    const isPrefix = (bits === undefined || /^\d{1,3}$/.test(bits)) && prefix <= most;
    if ((!isIPv4(base) && !isIPv6(base)) || !isPrefix) {
      throw new RangeError(`"${network}" is no address and no network such as 10.0.0.0/8`);
    }
    list.addSubnet(base, prefix, family);
  }
  // A mapped IPv4 address is in the networks of that address.
  return (address) => (isIPv4(address) ? list.check(address) : isIPv6(address) && list.check(address, 'ipv6'));
}
