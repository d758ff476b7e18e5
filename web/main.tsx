import { render } from 'preact';
import './page.css';
import { App } from './app.tsx';
import { AskForToken } from './ask-for-token.tsx';
import { followAddress } from './place.ts';
import { followSession, readOwnAccess } from './session.ts';
import { watchActivities } from './store.ts';
import { startUnits } from './units.ts';

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
followSession();
startUnits();
const access = readOwnAccess();
followAddress();
if (access !== null) watchActivities(access.token, access.athlete);
render(
  access === null ? (
    <AskForToken label="The token of your device" action="Watch my activity">
      <code>npm start</code> prints a link that holds one. For another: <code>npm run token -- watch-1</code>
      <br />
      With an account there is no need for one: <a href="/app">log in</a>
    </AskForToken>
  ) : (
    <App />
  ),
  root,
);
// Another link in the same tab is another person.
addEventListener('hashchange', () => location.reload());
