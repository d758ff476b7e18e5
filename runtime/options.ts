/**
 * One declared table per process gives its typed options, its `--help`, its lines in `.env.example` and its checks.
 * `--http-port 8080` beats SLIPSTREAM_HTTP_PORT=8080, which beats the default.
 */

/** What a number counts; it appears in help texts only. */
export type Unit = 'ms' | 's' | 'bytes' | 'count' | 'rows' | 'messages' | 'percent' | 'times';

interface Declared {
  description: string;
  /** Name of the environment variable; SLIPSTREAM_ and the option's name in capitals when left out. */
  env?: string;
  /** Never shown in messages, help or the log. */
  secret?: true;
  /** May be left out although it has no default; its value is then undefined. */
  optional?: true;
  /** Given by place instead of by flag, in the order of declaration; a list takes all that are left. */
  positional?: true;
}

export type Option =
  | (Declared & { type: 'integer' | 'number'; default?: number; min?: number; max?: number; unit?: Unit })
  | (Declared & { type: 'string'; default?: string })
  | (Declared & { type: 'boolean'; default?: boolean })
  | (Declared & { type: 'choice'; choices: readonly string[]; default?: string })
  | (Declared & { type: 'list'; choices?: readonly string[]; default?: readonly string[] });

export type OptionTable = Record<string, Option>;

type OptionValue<O extends Option> = O extends { type: 'integer' | 'number' }
  ? number
  : O extends { type: 'boolean' }
    ? boolean
    : O extends { type: 'choice'; choices: readonly (infer C)[] }
      ? C
      : O extends { type: 'list'; choices: readonly (infer C)[] }
        ? readonly C[]
        : O extends { type: 'list' }
          ? readonly string[]
          : string;

/** The values that `readOptions` returns for a table. */
export type Options<T extends OptionTable> = {
  [K in keyof T]: T[K] extends { optional: true } ? OptionValue<T[K]> | undefined : OptionValue<T[K]>;
};

/** A value from outside that cannot be used. The message is for the person who started the process. */
export class OptionError extends Error {
  override name = 'OptionError';
}

/** Declares a table and checks it: defaults obey their own bounds, no two options share a variable. */
export function defineOptions<const T extends OptionTable>(table: T): T {
  const envNames = new Set<string>();
  for (const [name, option] of Object.entries(table)) {
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) throw new TypeError(`option name ${name} is not in camelCase`);
    const env = envName(name, option);
    if (envNames.has(env)) throw new TypeError(`option ${name}: another option reads ${env} too`);
    envNames.add(env);
    if (option.default !== undefined) {
      const text = Array.isArray(option.default) ? option.default.join(',') : String(option.default);
      parseValue(option, text, `option ${name}: its default`);
    }
  }
  return table;
}

/**
 * The options of one process. `argv` is what follows the script's name.
 * Throws `OptionError` for an unknown flag, a wrong value or a missing one, and names it.
 */
export function readOptions<T extends OptionTable>(
  table: T,
  { argv, env }: { argv: readonly string[]; env: Readonly<Record<string, string | undefined>> },
): Options<T> {
  const given = readArgv(table, argv);
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    const fromEnv = env[envName(name, option)];
    const texts = given.get(name);
    if (texts && option.positional && option.type === 'list')
      values[name] = texts.map((text) => word(option, text, name));
    else if (texts) values[name] = parseValue(option, texts.join(','), option.positional ? name : flagName(name));
    // A variable that is set to nothing counts as not set: compose files and .env files write it so.
    else if (fromEnv !== undefined && fromEnv !== '') values[name] = parseValue(option, fromEnv, envName(name, option));
    else if (option.default !== undefined) values[name] = option.default;
    else if (option.optional) values[name] = undefined;
    else if (option.type === 'boolean') values[name] = false;
    else if (option.type === 'list') values[name] = [];
    else throw new OptionError(missingMessage(name, option));
  }
  return values as Options<T>;
}

function readArgv(table: OptionTable, argv: readonly string[]): Map<string, string[]> {
  const flags = new Map<string, string>();
  for (const [name, option] of Object.entries(table)) if (!option.positional) flags.set(flagName(name), name);
  const places = Object.keys(table).filter((name) => table[name].positional);
  const given = new Map<string, string[]>();
  // A list given twice is joined; of anything else given twice the last counts.
  const add = (name: string, text: string) => {
    given.set(name, table[name].type === 'list' ? [...(given.get(name) ?? []), text] : [text]);
  };

  for (let i = 0; i < argv.length; i++) {
    const word = argv[i];
    if (!word.startsWith('--')) {
      const place = places[0];
      if (place === undefined) throw new OptionError(`unexpected "${word}": options start with --, see --help`);
      if (table[place].type !== 'list') places.shift();
      add(place, word);
      continue;
    }
    const equals = word.indexOf('=');
    const flag = equals < 0 ? word : word.slice(0, equals);
    const negated = flag.startsWith('--no-') ? flags.get(`--${flag.slice('--no-'.length)}`) : undefined;
    const name = flags.get(flag);
    if (name === undefined && negated !== undefined && table[negated].type === 'boolean' && equals < 0) {
      add(negated, 'false');
    } else if (name === undefined) {
      throw new OptionError(`unknown option ${flag}${nearest(flag, [...flags.keys()])}, see --help`);
    } else if (equals >= 0) {
      add(name, word.slice(equals + 1));
    } else if (table[name].type === 'boolean') {
      add(name, 'true');
    } else if (i + 1 >= argv.length || argv[i + 1].startsWith('--')) {
      throw new OptionError(`${flag} needs a value: expected ${expected(table[name])}`);
    } else {
      add(name, argv[++i]);
    }
  }
  return given;
}

function parseValue(option: Option, text: string, label: string): unknown {
  const wrong = () => {
    const got = option.secret ? 'a value that is not shown' : `"${text}"`;
    return new OptionError(`${label}: got ${got}, expected ${expected(option)}`);
  };
  switch (option.type) {
    case 'integer':
    case 'number': {
      const shape = option.type === 'integer' ? /^-?\d+$/ : /^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i;
      const value = Number(text);
      if (!shape.test(text) || !Number.isFinite(value)) throw wrong();
      if (option.type === 'integer' && !Number.isSafeInteger(value)) throw wrong();
      if (value < (option.min ?? -Infinity) || value > (option.max ?? Infinity)) throw wrong();
      return value;
    }
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw wrong();
      return text === 'true';
    case 'choice':
      if (!option.choices.includes(text)) throw wrong();
      return text;
    case 'list': {
      const words = text === '' ? [] : text.split(',').map((word) => word.trim());
      if (words.some((word) => word === '' || (option.choices && !option.choices.includes(word)))) throw wrong();
      return words;
    }
    case 'string':
      return text;
  }
}

/** One word of a list that is given by place: a shell has split it already, so a file's name may hold commas. */
function word(option: Option & { type: 'list' }, text: string, label: string): string {
  if (text !== '' && (!option.choices || option.choices.includes(text))) return text;
  throw new OptionError(`${label}: got "${text}", expected ${expected(option)}`);
}

/** What a value must look like, in words: `an integer from 1 to 65535 (ms)`. */
export function expected(option: Option): string {
  switch (option.type) {
    case 'integer':
    case 'number': {
      const kind = option.type === 'integer' ? 'an integer' : 'a number';
      const { min, max } = option;
      let bounds = '';
      if (min !== undefined && max !== undefined) bounds = ` from ${min} to ${max}`;
      else if (min !== undefined) bounds = ` of at least ${min}`;
      else if (max !== undefined) bounds = ` of at most ${max}`;
      return kind + bounds + (option.unit ? ` (${option.unit})` : '');
    }
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${option.choices.join(', ')}`;
    case 'list':
      return option.choices ? `a comma-separated list of ${option.choices.join(', ')}` : 'a comma-separated list';
    case 'string':
      return 'a text';
  }
}

function missingMessage(name: string, option: Option): string {
  const how = option.positional ? `<${name}>` : `${flagName(name)} or ${envName(name, option)}`;
  return `${how} is required: ${option.description} (expected ${expected(option)})`;
}

/** `httpPort` → `--http-port`. */
export function flagName(name: string): string {
  return `--${words(name).join('-')}`;
}

/** `httpPort` → `SLIPSTREAM_HTTP_PORT`, unless the option names its own variable. */
export function envName(name: string, option: Option): string {
  return option.env ?? `SLIPSTREAM_${words(name).join('_').toUpperCase()}`;
}

function words(name: string): string[] {
  return name
    .replace(/[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase()
    .split(' ');
}

function nearest(flag: string, flags: readonly string[]): string {
  const close = flags.find((known) => known.startsWith(flag) || flag.startsWith(known) || oneEditApart(flag, known));
  return close ? ` (did you mean ${close}?)` : '';
}

function oneEditApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}
