import type { AddressLimits } from './addresses.ts';

/** What one process allows on its connections. Each limit has an answer of its own; none lets memory grow with load. */
export interface ConnectionLimits extends AddressLimits {
  /** Open sockets, authenticated or not, on all protocols together. */
  readonly maxConnections: number;
  /** Sockets that have not shown a token yet: what strangers can hold. */
  readonly maxUnauthenticated: number;
  readonly maxConnectionsPerDevice: number;
  /** Of one that is no device's: displays may share it. */
  readonly maxConnectionsPerToken: number;
  /** The first packet or message, which carries the token. */
  readonly maxConnectBytes: number;
  readonly connectTimeoutMs: number;
  /** A whole MQTT packet or WebSocket message of an authenticated device. */
  readonly maxPacketBytes: number;
  /** Frames of one connection that wait for their acknowledgement: said in CONNACK and welcome. */
  readonly maxInFlightFrames: number;
  /** What may wait to be read by a client before its connection is closed as a slow reader. */
  readonly maxOutputBytes: number;
  /** How long a silent connection stays open when the device asks for no keep-alive, or for a longer one. */
  readonly maxKeepAliveMs: number;
  /** WebSocket: a client that sends nothing and answers no ping for this long is gone. */
  readonly websocketIdleMs: number;
  /** How long a closed connection may take to read its last words. */
  readonly lingerMs: number;
  readonly maxSubscriptions: number;
}

export const DEFAULT_LIMITS: ConnectionLimits = {
  maxConnectionsPerAddress: 2_000,
  maxUnauthenticatedPerAddress: 200,
  maxConnectsPerAddressMinute: 6_000,
  maxFailedConnectsPerAddressMinute: 600,
  maxUnauthenticatedBytesPerAddressMinute: 8 * 1024 * 1024,
  trustedAddresses: ['127.0.0.0/8', '::1'],
  maxConnections: 16_000,
  maxUnauthenticated: 2_000,
  maxConnectionsPerDevice: 4,
  maxConnectionsPerToken: 100,
  maxConnectBytes: 8 * 1024,
  connectTimeoutMs: 10_000,
  maxPacketBytes: 256 * 1024,
  maxInFlightFrames: 1_024,
  maxOutputBytes: 256 * 1024,
  maxKeepAliveMs: 20 * 60_000,
  websocketIdleMs: 120_000,
  lingerMs: 2_000,
  maxSubscriptions: 8,
};
