import { render } from 'preact';
import '../page.css';
import './operations.css';
import { startLanguage } from '../race/language.ts';
import { OperationsPage } from './operations-page.tsx';
import { watchOperations } from './operations-store.ts';

const KEPT = 'slipstream-operator';

/**
 * The token comes in the fragment of the address, which no browser sends to a server, and leaves the address bar at
 * once. It is kept for as long as the tab. '' where none was given: an API that is open to its own machine needs
 * none.
 */
function readToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given !== null) {
    sessionStorage.setItem(KEPT, given);
    history.replaceState(null, '', `${location.pathname}${location.search}`);
  }
  return sessionStorage.getItem(KEPT) ?? '';
}

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
startLanguage();
watchOperations(readToken());
render(<OperationsPage />, root);
// Another token is another person.
addEventListener('hashchange', () => location.reload());
