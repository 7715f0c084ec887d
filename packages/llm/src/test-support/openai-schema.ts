import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'

/** Checks values against OpenAI's published API description; gives what is wrong, in words. */
type SchemaCheck = (schemaName: string, value: unknown) => string[]

export function loadOpenAiSchemas(file: string): SchemaCheck {
  const document: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false })
  ajv.addSchema({ $id: 'openai', ...(withNulls(document) as object) })
  return (schemaName, value) => {
    const reference = `openai#/components/schemas/${schemaName}`
    const validate = ajv.getSchema(reference) ?? ajv.compile({ $ref: reference })
    if (validate(value) === true) return []
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`)
  }
}

/** The description says `nullable` in places, which JSON Schema does not know. */
function withNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNulls)
  if (typeof value !== 'object' || value === null) return value
  const { nullable, ...rest } = value as Record<string, unknown>
  const schema = Object.fromEntries(
    Object.entries(rest).map(([key, child]) => [key, withNulls(child)]),
  )
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema
}
