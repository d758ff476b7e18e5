/** The names of the FIT profile and the writer of FIT files: the only file that knows Garmin's SDK. */
import { Encoder, Profile } from '@garmin/fitsdk';

type Names = Readonly<Record<string, string>>;
const types = Profile.types as unknown as Readonly<Record<string, Names>>;
const fields = Profile.messages as unknown as Readonly<Record<number, { fields: Record<number, { name: string }> }>>;

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A value of one of the profile's types in snake case (`open_water`); undefined when the profile has no such value. */
export function profileName(type: string, value: number): string | undefined {
  const name = types[type]?.[value];
  return name === undefined ? undefined : snake(name);
}

/** The profile's own spelling of a name that `profileName` gave; undefined for any other. */
export function profileSpelling(type: string, name: string): string | undefined {
  const spelling = camel(name);
  return Object.values(types[type] ?? {}).includes(spelling) ? spelling : undefined;
}

/** The name of a message's field, for people. */
export function fieldName(message: number, number: number): string {
  const name = fields[message]?.fields[number]?.name;
  return name === undefined ? `field ${number}` : snake(name);
}

/** A number of a record that the profile has no field for. */
export interface OwnField {
  readonly number: number;
  readonly name: string;
  readonly units: string;
}

export interface FitWriter {
  /** Fields by the profile's names, in the profile's units; undefined ones are left out. `own` in the order of ours. */
  write(message: number, values: Readonly<Record<string, unknown>>, own?: readonly (number | undefined)[]): void;
  /** Writes what our own fields are; to be called before they are used. */
  describe(): void;
  finish(): Uint8Array;
}

const FLOAT64 = 137;

export function createFitWriter(ownFields: readonly OwnField[] = []): FitWriter {
  const developer = { developerDataIndex: 0, applicationId: new Array(16).fill(0), applicationVersion: 1 };
  const descriptions = ownFields.map(({ number, name, units }) => ({
    developerDataIndex: 0,
    fieldDefinitionNumber: number,
    fitBaseTypeId: FLOAT64,
    fieldName: name,
    units,
  }));
  const encoder = new Encoder();
  descriptions.forEach((description, key) => {
    encoder.addDeveloperField(key, developer as never, description as never);
  });
  return {
    write(message, values, own = []) {
      const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
      const ownGiven = own.flatMap((value, key) => (value === undefined ? [] : [[key, value] as const]));
      if (ownGiven.length > 0) given.developerFields = Object.fromEntries(ownGiven);
      encoder.onMesg(message, given as never);
    },
    describe() {
      if (descriptions.length > 0) encoder.onMesg(Profile.MesgNum.DEVELOPER_DATA_ID, developer as never);
      for (const description of descriptions) encoder.onMesg(Profile.MesgNum.FIELD_DESCRIPTION, description as never);
    },
    finish: () => encoder.close(),
  };
}
