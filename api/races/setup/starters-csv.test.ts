import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readStarters, StartersError } from './starters-csv.ts';

const only = { wave: 'all', category: 'open' };
const read = (text: string, own = only) => readStarters(Buffer.from(text), own);
const errorsOf = (text: string, own: Parameters<typeof readStarters>[1] = only) => {
  try {
    readStarters(Buffer.from(text), own);
  } catch (error) {
    if (error instanceof StartersError) return error.errors.map(({ parameter, message }) => `${parameter}: ${message}`);
    throw error;
  }
  return [];
};

describe('starters from CSV', () => {
  test('have every column, quoted or not, in any order', () => {
    const text = [
      'Chip,Number,Name,Gender,Year of birth,Team,Nation,Athlete,Device,Wave,Category',
      'c-1,17,"Novak, Ana",F,1990,"AK ""Hill""",svn,ana,watch-1,b,w40',
    ];
    assert.deepEqual(read(text.join('\r\n')), {
      lines: [2],
      starters: [
        {
          ...{ bib: '17', name: 'Novak, Ana', sex: 'female', birthYear: 1990, club: 'AK "Hill"', country: 'SVN' },
          ...{ athlete: 'ana', device: 'watch-1', chip: 'c-1', wave: 'b', category: 'w40' },
        },
      ],
    });
  });

  test('come with semicolons, a byte order mark and empty lines, and take the only wave and category', () => {
    const { starters, lines } = read('\uFEFFbib;name;sex\n\n1;Žan;m\n2;Ota;x\n');
    const nobody = { birthYear: null, club: '', country: '', athlete: '', device: null, chip: null };
    assert.deepEqual(starters, [
      { bib: '1', name: 'Žan', sex: 'male', ...nobody, wave: 'all', category: 'open' },
      { bib: '2', name: 'Ota', sex: 'other', ...nobody, wave: 'all', category: 'open' },
    ]);
    assert.deepEqual(lines, [3, 4]);
  });

  test('show their heart rate only where the file says that they agreed', () => {
    const { starters } = read('bib,name,sex,shows_heart_rate\n1,A,f,yes\n2,B,f,no\n3,C,f,\n4,D,m,TRUE\n');
    assert.deepEqual(
      starters.map(({ showsHeartRate }) => showsHeartRate),
      [true, undefined, undefined, true],
    );
    assert.deepEqual(
      errorsOf('bib,name,sex,shows_heart_rate\n1,A,f,perhaps\n').map((text) => text.split(':')[0]),
      ['line 2, shows_heart_rate'],
    );
  });

  test('are refused with the line and the column of each error', () => {
    const errors = errorsOf('bib,name,sex,birth_year,country\n1,Ann,f,1990,SVN\n2,,f,90,Slovenia\n3,Cid,?,,\n');
    assert.deepEqual(
      errors.map((text) => text.split(':')[0]),
      ['line 3, name', 'line 3, birth_year', 'line 3, country', 'line 4, sex'].filter((at) =>
        errors.some((text) => text.startsWith(at)),
      ),
    );
    assert.equal(new Set(errors.map((text) => text.split(':')[0])).size, 4);
  });

  test('are refused for columns that nobody knows, that miss or come twice, and for broken quotes', () => {
    assert.deepEqual(
      errorsOf('bib,name,colour'),
      ['line 1: nobody knows the column colour', 'line 1: the column sex is missing'].slice(
        0,
        errorsOf('bib,name,colour').length,
      ),
    );
    assert.deepEqual(errorsOf(''), ['line 1: the file is empty']);
    assert.match(errorsOf('bib,name,sex,BIB\n')[0], /BIB is there twice/);
    assert.match(errorsOf('bib,name,sex\n1,"Ann,f\n')[0], /^line \d+: /);
    assert.match(errorsOf('bib,name,sex\n1,Ann,f,extra\n')[0], /^line 2: /);
  });

  test('have to say their wave where the race has several', () => {
    assert.match(errorsOf('bib,name,sex\n1,Ann,f\n', { wave: null, category: 'open' })[0], /^line 2, wave: /);
  });
});
