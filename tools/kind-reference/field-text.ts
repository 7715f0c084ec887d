import type { StructuralSchema } from '@fairlead/kube-core'
import { stringify } from 'yaml'

/** What a field may hold: its type, values, bounds and default, as in `integer, 0 to 10, default 2`. */
export function valueText(schema: StructuralSchema): string {
  const parts = [typeText(schema), ...bounds(schema)]
  if (schema.default !== undefined && !isObject(schema) && !isEmpty(schema.default)) {
    parts.push(`default ${code(schema.default)}`)
  }
  return parts.join(', ')
}

function typeText(schema: StructuralSchema): string {
  const { additionalProperties, enum: values, format, items, type } = schema
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string'
  if (values !== undefined) return `one of ${values.map(code).join(', ')}`
  if (items !== undefined) return `list of ${pluralText(items)}`
  if (typeof additionalProperties === 'object') return `map to ${pluralText(additionalProperties)}`
  if (format === 'date-time') return 'time (RFC 3339)'
  return type ?? 'any value'
}

/** Of the items of a list or the values of a map. */
function pluralText(schema: StructuralSchema): string {
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ')
  const text = typeText(schema)
  return /^(?:string|integer|number|object|boolean)$/.test(text) ? `${text}s` : text
}

function bounds(schema: StructuralSchema): readonly string[] {
  const { maxItems, maxLength, maxProperties, maximum, minItems, minLength, minimum, pattern } =
    schema
  return [
    range(minimum, maximum, ''),
    range(minItems, maxItems, ' items'),
    range(undefined, maxProperties, ' entries'),
    range(minLength, maxLength, ' characters'),
    pattern === undefined ? undefined : `matching ${code(pattern)}`,
  ].filter((text) => text !== undefined)
}

function range(min: number | undefined, max: number | undefined, of: string): string | undefined {
  const number = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 20 })
  if (min !== undefined && max !== undefined) return `${number(min)} to ${number(max)}${of}`
  if (max !== undefined) return `at most ${number(max)}${of}`
  return min === undefined ? undefined : `at least ${number(min)}${of}`
}

/** As code in Markdown; text as it is, other values as JSON. */
export function code(value: unknown): string {
  const text = typeof value === 'string' && value !== '' ? value : flowText(value)
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``
}

/** YAML in one line. */
function flowText(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd()
}

/** Prose of a schema, in which Markdown means nothing. */
export function prose(text: string): string {
  return text.replaceAll(/[*_<[\]|]/g, String.raw`\$&`)
}

/** Whose defaults are those of its fields. */
function isObject({ type }: StructuralSchema): boolean {
  return type === 'object'
}

function isEmpty(value: unknown): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0)
}
