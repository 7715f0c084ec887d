import { arrayOrEmpty, isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'

/**
 * https://platform.claude.com/docs/en/build-with-claude/structured-outputs: what a schema may not
 * hold.
 */
const refusedKeywords: readonly string[] = [
  'exclusiveMaximum',
  'exclusiveMinimum',
  'maxItems',
  'maxLength',
  'maximum',
  'minLength',
  'minimum',
  'multipleOf',
  'oneOf',
  'pattern',
  'uniqueItems',
]

const formats: ReadonlySet<unknown> = new Set([
  'date',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'time',
  'uri',
  'uuid',
])

/** What structured outputs and strict tools refuse of a schema; undefined: nothing. */
export function brokenSchema(schema: JsonObject): string | undefined {
  const { additionalProperties, format, minItems, type } = schema
  const refused = refusedKeywords.find((keyword) => keyword in schema)
  if (refused !== undefined) return `the keyword ${refused} is not supported`
  if (type === 'object' && additionalProperties !== false)
    return 'additionalProperties is not false'
  if (format !== undefined && !formats.has(format)) return 'a format is not supported'
  if (minItems !== undefined && minItems !== 0 && minItems !== 1) return 'minItems is not 0 or 1'
  const children = [
    ...['properties', '$defs', 'definitions'].flatMap((name) =>
      Object.values(objectOrEmpty(schema[name])),
    ),
    ...['anyOf', 'allOf'].flatMap((name) => arrayOrEmpty(schema[name])),
    schema['items'],
  ]
  for (const child of children.filter(isJsonObject)) {
    const broken = brokenSchema(child)
    if (broken !== undefined) return broken
  }
  return undefined
}
