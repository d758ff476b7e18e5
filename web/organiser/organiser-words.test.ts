import { testDictionaries } from '../race/dictionary-for-tests.ts';
import { ORGANISER_DICTIONARIES } from './tell.ts';

testDictionaries('the organiser page', ORGANISER_DICTIONARIES);
