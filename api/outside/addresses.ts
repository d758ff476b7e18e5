import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Public by its number, and all the same what a cloud answers its own machines from (Azure's WireServer). */
const SERVICES: ReadonlySet<string> = new Set(['168.63.129.16']);
/** All that is given out of IPv6 (RFC 4291, 2.4). */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an address is somebody's on the public internet: no loopback, private, link-local (with the metadata of
 * clouds), shared, multicast or reserved one, and none that stands for an IPv4 address of these inside of IPv6. What
 * is no address is none.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  // An address that is mapped (::ffff:10.0.0.1) is judged as what it stands for.
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || SERVICES.has(parsed.toString())) return false;
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(GLOBAL_IPV6);
}
