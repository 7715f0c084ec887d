import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'

/** Checks values against OpenAI's published API description; returns the problems, in words. */
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

/** The names of the schemas of stream events, by the events' types. */
export function eventSchemaNames(file: string): ReadonlyMap<string, string> {
  const document = JSON.parse(readFileSync(file, 'utf8')) as {
    components: { schemas: Record<string, { properties?: { type?: { enum?: string[] } } }> }
  }
  return new Map(
    Object.entries(document.components.schemas)
      .filter(([name]) => name.startsWith('Response') && name.endsWith('Event'))
      .flatMap(([name, { properties }]) =>
        (properties?.type?.enum ?? []).map((type) => [type, name] as const),
      ),
  )
}

/** The names of the schemas of a conversation's items, by the items' types. */
export function itemSchemaNames(file: string): ReadonlyMap<string, string> {
  const { schemas } = (
    JSON.parse(readFileSync(file, 'utf8')) as {
      components: { schemas: Record<string, { oneOf?: { $ref: string }[] }> }
    }
  ).components
  const names = (schemas['ConversationItem']?.oneOf ?? []).map(({ $ref }) =>
    $ref.slice($ref.lastIndexOf('/') + 1),
  )
  return new Map(
    names.map((name) => {
      const whole = JSON.stringify(schemas[name])
      const base = /"allOf":\[\{"\$ref":"#\/components\/schemas\/(\w+)"/.exec(whole)?.[1] ?? name
      const text = JSON.stringify(schemas[base])
      return [/"type":\{"type":"string"[^}]*"enum":\["(\w+)"/.exec(text)?.[1] ?? '', name]
    }),
  )
}

/** The description uses `nullable` in places, which JSON Schema does not have. */
function withNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNulls)
  if (typeof value !== 'object' || value === null) return value
  const { nullable, ...rest } = value as Record<string, unknown>
  const schema = Object.fromEntries(
    Object.entries(rest).map(([key, child]) => [key, withNulls(child)]),
  )
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema
}
