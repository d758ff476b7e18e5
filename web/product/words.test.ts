import { testDictionaries } from '../race/dictionary-for-tests.ts';
import { DICTIONARIES } from './say.ts';

testDictionaries('the page of administrators', DICTIONARIES);
