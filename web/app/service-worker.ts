/**
 * Keeps the application's own files in the browser, so that it opens without a network and drafts can be written. What
 * the API says is never kept here: it is somebody's, and who comes next may be somebody else. Shows what is pushed.
 */
interface Extended extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Extended {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Pushed extends Extended {
  readonly data: { json(): PushedNews } | null;
}
interface Clicked extends Extended {
  readonly notification: Notification;
}
/** As the API pushes it. */
interface PushedNews {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** Page of ours that tells more, from the root. */
  readonly path: string;
}
interface Page {
  readonly url: string;
  focus(): Promise<unknown>;
}
interface Worker {
  addEventListener(kind: 'install' | 'activate', hear: (event: Extended) => void): void;
  addEventListener(kind: 'fetch', hear: (event: Asked) => void): void;
  addEventListener(kind: 'push', hear: (event: Pushed) => void): void;
  addEventListener(kind: 'notificationclick', hear: (event: Clicked) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(which: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly Page[]>;
    openWindow(url: string): Promise<unknown>;
  };
  readonly registration: ServiceWorkerRegistration;
}

const worker = self as unknown as Worker;
const CACHE = 'slipstream-app';
const SHELL = '/app';
/** Of all versions together; the oldest leave. */
const MAX_FILES = 80;

worker.addEventListener('install', (event) => event.waitUntil(keepShell().then(() => worker.skipWaiting())));
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (pathname.startsWith('/assets/')) event.respondWith(fromCacheFirst(request));
  else if (request.mode === 'navigate' && /^\/(app|account)(\/|$)/.test(pathname)) event.respondWith(shellFor(request));
});

worker.addEventListener('push', (event) => {
  if (event.data === null) return;
  const { id, title, text, path } = event.data.json();
  // What is said anew of the same thing takes the place of what was said before.
  const shown = { body: text, tag: `news-${id}`, icon: '/icon-192.png', data: { path } };
  event.waitUntil(worker.registration.showNotification(title, shown));
});

worker.addEventListener('notificationclick', (event) => {
  const { path } = event.notification.data as { path: string };
  event.notification.close();
  event.waitUntil(show(new URL(path, location.origin)));
});

/** Where it is open already; else in a window of its own. Never on another site, whatever was pushed. */
async function show(url: URL): Promise<void> {
  if (url.origin !== location.origin) return;
  const open = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const there = open.find((page) => page.url === url.href);
  await (there === undefined ? worker.clients.openWindow(url.href) : there.focus());
}

/** The page as it is now, with every file that it names. */
async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  const shell = await fetch(SHELL, { cache: 'no-cache' });
  if (!shell.ok) throw new Error(`the page cannot be kept: ${shell.status}`);
  const named = [...(await shell.clone().text()).matchAll(/"(\/assets\/[^"]+|\/icon[^"]+)"/g)].map(([, path]) => path);
  await cache.put(SHELL, shell);
  await cache.addAll(named);
  const kept = await cache.keys();
  await Promise.all(kept.slice(0, Math.max(0, kept.length - MAX_FILES)).map((old) => cache.delete(old)));
}

/** The newest page while there is a network; the kept one without. */
async function shellFor(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    // Another version names other files, which have to be there when the network is not.
    if (answer.ok) void keepShell().catch(() => undefined);
    return answer;
  } catch (error) {
    const kept = await caches.match(SHELL);
    if (kept === undefined) throw error;
    return kept;
  }
}

/** Their names change with their contents, so what is kept is right. */
async function fromCacheFirst(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}
