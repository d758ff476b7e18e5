import { render } from 'preact';
import '../page.css';
import './operations.css';
import { readAccess } from '../kept-access.ts';
import { startLanguage } from '../race/language.ts';
import { OperationsPage } from './operations-page.tsx';
import { watchOperations } from './operations-store.ts';

const KEPT = 'slipstream-operator';

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
startLanguage();
// An API that is open to its own machine needs none.
watchOperations(readAccess(KEPT)?.token ?? '');
render(<OperationsPage />, root);
// Another token is another person.
addEventListener('hashchange', () => location.reload());
