import type { Server } from 'node:http';
import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import {
  CLOSE_CODE,
  type Socket,
  type SocketServer,
  type SocketServerOptions,
} from '../../runtime/sockets/socket-server.ts';
import { attachWsServer } from '../../runtime/sockets/ws-server.ts';
import { parseJson } from '../../schemas/parse-json.ts';
import type { Asking } from '../access.ts';
import { Problem } from '../problem.ts';
import type { Watching } from './watching.ts';

export const LIVE_ACTIVITIES_PATH = '/v1/live/activities';
export const LIVE_NEWS_PATH = '/v1/live/notifications';

export interface LiveSocketDeps {
  readonly path: string;
  /** Resolves with whom the caller may watch; throws the problem that says why not. */
  readonly admit: (request: Asking, asked: string | undefined) => Promise<string>;
  readonly watching: Pick<Watching, 'watch'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly maxWatchers: number;
  /** The HTTP server's, or another one's in tests. */
  readonly serve: (options: SocketServerOptions<Connection>) => Omit<SocketServer, 'listen'>;
}

/** The connection is new until its first message, is then checked, and watches until it ends. */
interface Connection {
  /** What the browser said when it connected: where it comes from, and the cookie of who has logged in. */
  readonly browsing: Asking['headers'];
  state: 'new' | 'checking' | 'watching' | 'over';
  timer: Timer | null;
  stopWatching: () => void;
  /** It still has the message before in our memory; what comes meanwhile is kept only as the newest. */
  isBehind: boolean;
  newest: Uint8Array | null;
}

/** A first message holds a token and a name; nothing else is ever said. */
const MAX_MESSAGE_BYTES = 8_192;
/** One message waits at most, which the largest activity fits into many times. */
const MAX_BACKPRESSURE_BYTES = 1024 * 1024;
const GREETING_WITHIN_MS = 5_000;
/** How often a token is looked at again: it may expire, or be revoked. */
const CHECK_EVERY_MS = 30_000;
const IDLE_TIMEOUT_MS = 60_000;

/**
 * What goes on about one person over WebSocket: an athlete's live activity, or an account's notifications. The client
 * says `{"token": …}` (of an activity an operator `athlete` too) in its first message, or `{}` where it is a page of
 * ours with the cookie of who has logged in. It is then sent one message for each change, the whole state each time:
 * `{"type": "activity", "activity": … or null, "epoch", "number", "versions"}`, or `{"type": "away"}` while nobody
 * knows; `{"type": "notifications", "unread", "newest"}`. Messages are UTF-8 JSON in binary frames.
 *
 * A reader that is slower than the changes misses those between: at most one message waits for it, then it is sent the
 * newest. One that reads nothing at all answers no ping and is cut off. Whoever is refused is told the name of the
 * problem as the reason of the close, code 1008.
 */
export function createLiveSocket({ path, admit, watching, clock, log, maxWatchers, serve }: LiveSocketDeps) {
  function tell(socket: Socket<Connection>, message: Uint8Array): void {
    const connection = socket.data;
    if (connection.isBehind) connection.newest = message;
    else if (socket.send(message) !== 'sent') connection.isBehind = true;
  }

  function refuse(socket: Socket<Connection>, error: unknown): void {
    if (error instanceof Problem && error.status < 500) {
      socket.close(CLOSE_CODE.policyViolation, error.problem);
      return;
    }
    if (!(error instanceof Problem)) log.error({ err: error }, 'a watcher could not be checked');
    socket.close(CLOSE_CODE.tryAgainLater, error instanceof Problem ? error.problem : 'internal_error');
  }

  /** Resolves with whom to watch, or null once the socket is closed because it may not. */
  async function check(socket: Socket<Connection>, greeting: Greeting): Promise<string | null> {
    const { token, athlete } = greeting;
    const headers = token === undefined ? socket.data.browsing : { authorization: `Bearer ${token}` };
    try {
      // No plain read: a page of another site could open a connection too, and be told by it.
      return await admit({ method: 'CONNECT', headers, ip: socket.remoteAddress }, athlete);
    } catch (error) {
      refuse(socket, error);
      return null;
    }
  }

  async function greet(socket: Socket<Connection>, bytes: Uint8Array): Promise<void> {
    const connection = socket.data;
    // Nothing has to be said after the first message; what is said all the same may keep a connection alive.
    if (connection.state !== 'new') return;
    connection.state = 'checking';
    connection.timer?.cancel();
    const greeting = readGreeting(bytes);
    if (greeting === null) return socket.close(CLOSE_CODE.policyViolation, 'invalid_request');
    const athlete = await check(socket, greeting);
    // It may be gone by now.
    if (athlete === null || connection.state !== 'checking') return;
    connection.state = 'watching';
    connection.stopWatching = watching.watch(athlete, { tell: (message) => tell(socket, message) });
    connection.timer = clock.setRepeating(() => void check(socket, greeting), CHECK_EVERY_MS);
  }

  return serve({
    path,
    createData: ({ origin, host, cookie }) => ({
      ...{ state: 'new', timer: null, stopWatching: () => undefined, isBehind: false, newest: null },
      browsing: { origin, host, cookie },
    }),
    handlers: {
      open(socket) {
        const close = () => socket.close(CLOSE_CODE.policyViolation, 'missing_token');
        socket.data.timer = clock.setTimer(close, GREETING_WITHIN_MS);
      },
      message: (socket, bytes) => void greet(socket, bytes),
      drain(socket) {
        const { newest } = socket.data;
        socket.data.isBehind = false;
        socket.data.newest = null;
        if (newest !== null) tell(socket, newest);
      },
      close({ data }) {
        data.state = 'over';
        data.timer?.cancel();
        data.stopWatching();
        data.newest = null;
      },
    },
    maxMessageBytes: MAX_MESSAGE_BYTES,
    maxBackpressureBytes: MAX_BACKPRESSURE_BYTES,
    whenSlow: 'drop',
    maxConnections: maxWatchers,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
  });
}

/** On the port of the API itself, so that a page needs no second address. */
export const serveOn =
  (http: Server, log: Logger) =>
  <Data>(options: SocketServerOptions<Data>): Omit<SocketServer, 'listen'> =>
    attachWsServer(http, options, log);

interface Greeting {
  readonly token?: string | undefined;
  readonly athlete?: string | undefined;
}

/** Null when it is none. */
function readGreeting(bytes: Uint8Array): Greeting | null {
  const said = parseJson(bytes);
  if (typeof said !== 'object' || said === null) return null;
  const { token, athlete } = said as Record<string, unknown>;
  const isText = (value: unknown) => value === undefined || typeof value === 'string';
  return isText(token) && isText(athlete) ? (said as Greeting) : null;
}
