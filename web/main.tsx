import { render } from 'preact';
import './page.css';
import { App } from './app.tsx';
import { AskForToken } from './ask-for-token.tsx';
import { readAccess } from './kept-access.ts';
import { followAddress } from './place.ts';
import { watchActivities } from './store.ts';

const KEPT = 'slipstream-access';

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
const access = readAccess(KEPT);
followAddress();
if (access !== null) watchActivities(access.token, access.athlete);
render(
  access === null ? (
    <AskForToken label="The token of your device" action="Watch my activity">
      <code>npm start</code> prints a link that holds one. For another: <code>npm run token -- watch-1</code>
    </AskForToken>
  ) : (
    <App />
  ),
  root,
);
// Another link in the same tab is another person.
addEventListener('hashchange', () => location.reload());
