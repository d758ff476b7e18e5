import { render } from 'preact';
import '../page.css';
import './product.css';
import { readAccess } from '../kept-access.ts';
import { startLanguage } from '../race/language.ts';
import { followSession } from '../session.ts';
import { ProductPage } from './product-page.tsx';
import { watchProduct } from './product-store.ts';

const KEPT = 'slipstream-operator';

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
startLanguage();
followSession();
// Administrators come by their log-in, who runs the platform by a token.
watchProduct(readAccess(KEPT)?.token ?? '');
render(<ProductPage />, root);
// Another token is another person.
addEventListener('hashchange', () => location.reload());
