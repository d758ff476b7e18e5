import { render } from 'preact';
import '../page.css';
import '../race/race.css';
import './organiser.css';
import { AskForToken } from '../ask-for-token.tsx';
import { readAccess } from '../kept-access.ts';
import { startLanguage } from '../race/language.ts';
import { DeskPage } from './desk-page.tsx';
import { followDeskAddress } from './desk-place.ts';
import { KEPT, watchDesk } from './desk-store.ts';
import { tell } from './tell.ts';

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
startLanguage();
const access = readAccess(KEPT);
followDeskAddress();
if (access !== null) watchDesk(access.token);
render(
  access === null ? (
    <AskForToken label={tell('yourToken')} action={tell('open')}>
      {tell('tokenFrom')} <code>npm run token -- club --role organiser</code>
    </AskForToken>
  ) : (
    <DeskPage />
  ),
  root,
);
// Another link in the same tab is another person.
addEventListener('hashchange', () => location.reload());
