import { type LinkState, openSocket, startLiveLink } from './live-link.ts';
import { keptSession, refreshSession } from './session.ts';

interface Following<Message extends object> {
  readonly path: '/v1/live/activities' | '/v1/live/notifications';
  readonly token: string;
  readonly athlete: string;
  readonly onState: (state: LinkState) => void;
  readonly onMessage: (message: Message) => void;
}

/** Is told what goes on, until the page is closed: by a token, or by the log-in, whose access tokens it outlives. */
export function followLive<Message extends object>(following: Following<Message>): void {
  const { path, token, athlete, onState, onMessage } = following;
  let mayRenew = true;
  function open(): void {
    startLiveLink<Message>({
      open: () => openSocket(path),
      greeting: () => JSON.stringify({ ...(token !== '' && { token }), ...(athlete !== '' && { athlete }) }),
      setTimer: (run, delayMs) => void setTimeout(run, delayMs),
      random: Math.random,
      onState(state) {
        if (state.kind === 'connected') mayRenew = true;
        const session = keptSession();
        if (state.kind === 'refused' && mayRenew && token === '' && session !== null) {
          // Once: what is refused after that is refused for good.
          mayRenew = false;
          refreshSession(session).then(open, open);
          return;
        }
        onState(state);
      },
      onMessage,
    });
  }
  open();
}
