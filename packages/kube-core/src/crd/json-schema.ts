/**
 * A JSON Schema as plain data; `T` is the type of the values it describes, for the compiler only.
 */
export interface JsonSchema<T> {
  readonly [keyword: string]: unknown
  readonly _value?: T
}

/**
 * A schema of a library that can say itself as JSON Schema and knows the type of its values, as the
 * Standard JSON Schema interface has it: zod 4.2 or newer, ArkType, Valibot.
 */
export interface StandardJsonSchema<T> {
  readonly '~standard': {
    readonly jsonSchema: {
      readonly output: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>
    }
    readonly types?: { readonly output: T } | undefined
  }
}

/**
 * A JSON Schema, written by hand or made by a library, with the type of its values:
 * `jsonSchema<DatabaseSpec>({ type: 'object', … })`. Nobody checks that the two agree.
 */
export function jsonSchema<T>(schema: object): JsonSchema<T> {
  return schema as JsonSchema<T>
}

/** The schema as plain data. What a library calls its output is what is there after defaults. */
export function jsonSchemaOf(schema: JsonSchema<unknown> | StandardJsonSchema<unknown>): unknown {
  return isStandard(schema)
    ? schema['~standard'].jsonSchema.output({ target: 'draft-2020-12' })
    : schema
}

function isStandard(
  schema: JsonSchema<unknown> | StandardJsonSchema<unknown>,
): schema is StandardJsonSchema<unknown> {
  return '~standard' in schema
}
