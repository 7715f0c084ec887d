import type { JsonObject } from '@fairlead/base'

/** What is sent to an operation. */
interface Body {
  /** The name of its schema. */
  readonly schema: string
  readonly isRequired: boolean
}

/** How a version of OpenAPI writes the parts of an operation. */
export interface OpenApiVersion {
  /** Prefix of references to schemas. */
  readonly schemas: '#/components/schemas/' | '#/definitions/'
  input(parameters: readonly JsonObject[], body?: Body, types?: readonly string[]): JsonObject
  answer(description: string, schema: string): JsonObject
  textParameter(parameter: JsonObject): JsonObject
  /** A property that is described elsewhere under the name of its schema. */
  described(description: string, schema: string): JsonObject
}

/** What custom kinds are written as. */
const encodings: readonly string[] = ['application/json', 'application/yaml']

export const version3: OpenApiVersion = {
  schemas: '#/components/schemas/',
  input(parameters, body, types = encodings) {
    return {
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(body === undefined
        ? {}
        : {
            requestBody: {
              content: contentOf(body.schema, types),
              ...(body.isRequired ? { required: true } : {}),
            },
          }),
    }
  },
  answer: (description, schema) => ({ description, content: contentOf(schema, encodings) }),
  textParameter: (parameter) => ({ ...parameter, schema: { type: 'string', uniqueItems: true } }),
  // Nothing may stand beside a reference.
  described: (description, schema) => ({
    description,
    allOf: [{ $ref: version3.schemas + schema }],
  }),
}

export const version2: OpenApiVersion = {
  schemas: '#/definitions/',
  input(parameters, body, consumes = encodings) {
    const parameter = body === undefined ? [] : bodyParameters(body, parameters)
    return {
      consumes,
      produces: encodings,
      schemes: ['https'],
      parameters: [...parameter, ...parameters],
    }
  },
  answer: (description, schema) => ({
    description,
    schema: { $ref: version2.schemas + schema },
  }),
  textParameter: (parameter) => ({ ...parameter, type: 'string', uniqueItems: true }),
  described: (description, schema) => ({ description, $ref: version2.schemas + schema }),
}

function contentOf(schema: string, types: readonly string[]): JsonObject {
  const described = { schema: { $ref: version3.schemas + schema } }
  return Object.fromEntries(types.map((type) => [type, described]))
}

/** Nothing where a body that many operations have is among their parameters. */
function bodyParameters(
  { schema, isRequired }: Body,
  parameters: readonly JsonObject[],
): JsonObject[] {
  if (parameters.some(({ $ref }) => String($ref).startsWith('#/parameters/body-'))) return []
  const body = { name: 'body', in: 'body', schema: { $ref: version2.schemas + schema } }
  return [isRequired ? { ...body, required: true } : body]
}
