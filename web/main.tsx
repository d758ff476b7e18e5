import { render } from 'preact';
import './page.css';
import { App } from './app.tsx';
import { AskForToken } from './ask-for-token.tsx';
import { followAddress } from './place.ts';
import { watchActivities } from './store.ts';

const KEPT = 'slipstream-access';

/**
 * The token comes in the fragment of the address, which no browser sends to a server, and leaves the address bar at
 * once. It is kept for as long as the tab, so that a reload goes on.
 */
function readAccess(): { token: string; athlete: string } | null {
  const given = new URLSearchParams(location.hash.slice(1));
  if (given.has('token') || given.has('athlete')) {
    const access = { token: given.get('token') ?? '', athlete: given.get('athlete') ?? '' };
    sessionStorage.setItem(KEPT, JSON.stringify(access));
    history.replaceState(null, '', `${location.pathname}${location.search}`);
  }
  const kept = sessionStorage.getItem(KEPT);
  return kept === null ? null : JSON.parse(kept);
}

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
const access = readAccess();
followAddress();
if (access !== null) watchActivities(access.token, access.athlete);
render(access === null ? <AskForToken /> : <App />, root);
// Another link in the same tab is another person.
addEventListener('hashchange', () => location.reload());
