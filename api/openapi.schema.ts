import { Type } from 'typebox';

/**
 * The structure of an OpenAPI 3.1 document, as far as ours uses it; anything that is not written here is refused.
 * https://spec.openapis.org/oas/v3.1.0
 */
const closed = { additionalProperties: false };
const optional = Type.Optional;
const named = <Value extends Type.TSchema>(value: Value) => Type.Record(Type.String(), value);

/** JSON Schema 2020-12. `nullable` was 3.0's; here null is a type. */
const JsonSchema = Type.Cyclic(
  {
    Schema: Type.Object(
      {
        type: optional(Type.Union([Type.String(), Type.Array(Type.String())])),
        title: optional(Type.String()),
        description: optional(Type.String()),
        properties: optional(named(Type.Ref('Schema'))),
        patternProperties: optional(named(Type.Ref('Schema'))),
        additionalProperties: optional(Type.Union([Type.Boolean(), Type.Ref('Schema')])),
        required: optional(Type.Array(Type.String())),
        items: optional(Type.Ref('Schema')),
        anyOf: optional(Type.Array(Type.Ref('Schema'), { minItems: 1 })),
        enum: optional(Type.Array(Type.String(), { minItems: 1 })),
        default: optional(Type.Unknown()),
        format: optional(Type.String()),
        pattern: optional(Type.String()),
        minimum: optional(Type.Number()),
        maximum: optional(Type.Number()),
        exclusiveMinimum: optional(Type.Number()),
        minLength: optional(Type.Number()),
        maxLength: optional(Type.Number()),
        minItems: optional(Type.Number()),
        maxItems: optional(Type.Number()),
        uniqueItems: optional(Type.Boolean()),
      },
      closed,
    ),
  },
  'Schema',
);

const Parameter = Type.Object(
  {
    name: Type.String(),
    in: Type.Enum(['query', 'path', 'header']),
    required: Type.Boolean(),
    description: optional(Type.String()),
    schema: JsonSchema,
    example: optional(Type.Unknown()),
    examples: optional(named(Type.Object({ value: Type.Unknown() }, closed))),
  },
  closed,
);

const Response = Type.Object(
  {
    description: Type.String({ minLength: 1 }),
    // Nothing comes with 204.
    content: optional(named(Type.Object({ schema: JsonSchema }, closed))),
  },
  closed,
);

const Security = Type.Array(named(Type.Array(Type.String())));

const Operation = Type.Object(
  {
    operationId: Type.String({ minLength: 1 }),
    summary: Type.String({ minLength: 1 }),
    description: optional(Type.String()),
    tags: Type.Array(Type.String(), { minItems: 1 }),
    parameters: optional(Type.Array(Parameter)),
    requestBody: optional(
      Type.Object(
        { required: optional(Type.Boolean()), content: named(Type.Object({ schema: JsonSchema }, closed)) },
        closed,
      ),
    ),
    responses: Type.Record(Type.String({ pattern: '^[1-5][0-9][0-9]$' }), Response),
    security: Security,
  },
  closed,
);

export const OpenApiDocument = Type.Object(
  {
    openapi: Type.String({ pattern: '^3\\.1\\.\\d+$' }),
    info: Type.Object({ title: Type.String(), version: Type.String(), description: Type.String() }, closed),
    servers: Type.Array(Type.Object({ url: Type.String(), description: Type.String() }, closed)),
    tags: Type.Array(Type.Object({ name: Type.String(), description: Type.String() }, closed)),
    components: Type.Object(
      {
        securitySchemes: named(
          Type.Object(
            {
              type: Type.Literal('http'),
              scheme: Type.Literal('bearer'),
              bearerFormat: Type.String(),
              description: Type.String(),
            },
            closed,
          ),
        ),
        schemas: optional(Type.Object({}, closed)),
      },
      closed,
    ),
    paths: Type.Record(
      Type.String({ pattern: '^/' }),
      Type.Object(
        {
          ...{ get: optional(Operation), post: optional(Operation), put: optional(Operation) },
          ...{ patch: optional(Operation), delete: optional(Operation) },
        },
        closed,
      ),
    ),
  },
  closed,
);
