import type { FastifyValidationResult } from 'fastify/types/schema.js';
import { Errors } from 'typebox/schema';

type Validate = FastifyValidationResult;

/**
 * For routes that take JSON: everything is taken as it was written. What comes in addresses are words, so the server's
 * own validator makes numbers of them; in a body it would make 0 of null.
 */
export function strictValidator({ schema }: { schema: object }): Validate {
  const validate: Validate = (said) => {
    const [isValid, errors] = Errors(schema, said);
    validate.errors = isValid
      ? null
      : errors.map(({ keyword, schemaPath, instancePath, message, params }) => {
          const [additionalProperty] = 'additionalProperties' in params ? params.additionalProperties : [];
          const [missingProperty] = 'requiredProperties' in params ? params.requiredProperties : [];
          const limit = 'limit' in params ? params.limit : undefined;
          return { keyword, schemaPath, instancePath, message, params: { additionalProperty, missingProperty, limit } };
        });
    return isValid;
  };
  validate.errors = null;
  return validate;
}
