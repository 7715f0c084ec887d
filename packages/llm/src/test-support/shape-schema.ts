import { Ajv2020 } from 'ajv/dist/2020.js'
import type { JsonShape, JsonShapes } from '../json/json-shape.ts'

/** Whether a value is of the shape of a name, as an independent reader of JSON Schema sees it. */
export function schemaCheck(shapes: JsonShapes, name: string): (value: unknown) => boolean {
  const $defs = Object.fromEntries([...shapes.named].map(([key, shape]) => [key, schemaOf(shape)]))
  const ajv = new Ajv2020({ strict: false })
  const validate = ajv.compile({ $defs, $ref: `#/$defs/${name}` })
  return (value) => validate(value)
}

/** The shape in the words of JSON Schema, in which null is a value like others. */
function schemaOf(shape: JsonShape): object {
  const { $ref, additionalProperties, anyOf, items, properties, required = [], ...rest } = shape
  const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] })
  return {
    ...rest,
    required,
    ...($ref === undefined ? {} : { $ref: `#/$defs/${$ref}` }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(schemaOf) }),
    ...(items === undefined ? {} : { items: schemaOf(items) }),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: schemaOf(additionalProperties) }
      : additionalProperties === false
        ? { additionalProperties: { type: 'null' } }
        : {}),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, child]) => [
              name,
              required.includes(name) ? schemaOf(child) : orNull(schemaOf(child)),
            ]),
          ),
        }),
  }
}
