import { testDictionaries } from '../race/dictionary-for-tests.ts';
import { DICTIONARIES } from './tell.ts';

testDictionaries('the application', DICTIONARIES);
