import WebPush, { type VapidKeys } from 'web-push';
import type { OutsidePost } from '../../outside/post-outside.ts';

/** A browser, as its Push API names itself (W3C Push API): where to, and keys of its own to write to it with. */
export interface Subscription {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/** How long a push service keeps what it could not hand over. */
const TTL_S = 24 * 3_600;

export const newVapidKeys = (): VapidKeys => WebPush.generateVAPIDKeys();

/**
 * The request that pushes a message to a browser: encrypted for it alone (RFC 8291) and signed with the keys of this
 * deployment (RFC 8292). `topic` replaces what the push service still has of it. Throws for keys that are none.
 */
export function pushRequest(
  { endpoint, p256dh, auth }: Subscription,
  message: object,
  { keys, subject, topic }: { keys: VapidKeys; subject: string; topic: string },
): OutsidePost {
  const { headers, body } = WebPush.generateRequestDetails(
    { endpoint, keys: { p256dh, auth } },
    JSON.stringify(message),
    { vapidDetails: { subject, ...keys }, TTL: TTL_S, contentEncoding: 'aes128gcm', urgency: 'normal', topic },
  );
  const all = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { url: endpoint, headers: Object.fromEntries(all), body };
}
