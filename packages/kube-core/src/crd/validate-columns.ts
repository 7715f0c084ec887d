import { append } from '@fairlead/base'
import type { FieldError } from '../field-error.ts'
import { FieldPathError, findField, type FoundField } from '../schema/find-field.ts'
import { invalid, required } from '../schema/schema-path.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import type {
  CustomResourceVersion,
  PrinterColumn,
  ScaleSubresource,
} from './custom-resource-definition.ts'

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string']
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

/** What is wrong with the printer columns of a version. */
export function checkColumns(
  columns: readonly PrinterColumn[] | undefined,
  path: string,
): FieldError[] {
  return (columns ?? []).flatMap((column, index) => checkColumn(column, `${path}[${index}]`))
}

function checkColumn(column: PrinterColumn, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (!column.name) errors.push(required(`${path}.name`))
  const oneOf = `must be one of ${columnTypes.join(',')}`
  if (!column.type) errors.push(required(`${path}.type`, oneOf))
  else if (!columnTypes.includes(column.type)) {
    errors.push(invalid(`${path}.type`, column.type, oneOf))
  }
  if (column.format && !columnFormats.includes(column.format)) {
    const detail = `must be one of ${columnFormats.join(',')}`
    errors.push(invalid(`${path}.format`, column.format, detail))
  }
  if (!column.jsonPath) errors.push(required(`${path}.JSONPath`))
  else append(errors, checkSimplePath(column.jsonPath, `${path}.JSONPath`))
  return errors
}

function checkSimplePath(jsonPath: string, field: string): FieldError[] {
  if (jsonPath.startsWith('.')) return []
  return [invalid(field, jsonPath, 'must be a simple json path starting with .')]
}

/** What is wrong with the subresources of a version. */
export function checkSubresources(
  subresources: CustomResourceVersion['subresources'],
  path: string,
): FieldError[] {
  const scale = subresources?.scale
  return scale ? checkScale(scale, path) : []
}

function checkScale(scale: ScaleSubresource, path: string): FieldError[] {
  const check = (name: keyof ScaleSubresource, prefixes: readonly string[], place: string) => {
    const field = `${path}.scale.${name}`
    const jsonPath = scale[name]
    if (!jsonPath) return name === 'labelSelectorPath' ? [] : [required(field)]
    const errors = checkSimplePath(jsonPath, field)
    if (errors.length > 0 || prefixes.some((prefix) => jsonPath.startsWith(prefix))) return errors
    return [invalid(field, jsonPath, `should be a json path under ${place}`)]
  }
  return [
    ...check('specReplicasPath', ['.spec.'], '.spec'),
    ...check('statusReplicasPath', ['.status.'], '.status'),
    ...check('labelSelectorPath', ['.spec.', '.status.'], 'either .spec or .status'),
  ]
}

const selectableFieldsMax = 8
const selectableTypes = ['string', 'boolean', 'integer']

/** What is wrong with the fields of a version that field selectors may name. */
export function checkSelectableFields(
  fields: readonly { jsonPath: string }[],
  schema: StructuralSchema,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  const unique = new Set<string>()
  for (const [index, { jsonPath }] of fields.entries()) {
    const field = `${path}[${index}].jsonPath`
    if (!jsonPath) {
      errors.push(required(field))
      continue
    }
    const found = follow(jsonPath, schema)
    if (typeof found === 'string') {
      errors.push(invalid(field, jsonPath, `is an invalid path: ${found}`))
      continue
    }
    append(errors, checkSelectable(jsonPath, found, field))
    if (unique.has(found.path)) {
      errors.push({ type: 'Duplicate', field, badValue: jsonPath, detail: '' })
    }
    unique.add(found.path)
  }
  if (unique.size > selectableFieldsMax) {
    const detail = `must have at most ${selectableFieldsMax} items`
    errors.push({ type: 'TooMany', field: path, badValue: unique.size, detail })
  }
  return errors
}

/** The field, or why there is none. */
function follow(jsonPath: string, schema: StructuralSchema): FoundField | string {
  try {
    return findField(jsonPath, schema, false)
  } catch (error) {
    if (error instanceof FieldPathError) return error.message
    throw error
  }
}

function checkSelectable(jsonPath: string, found: FoundField, field: string): FieldError[] {
  const errors: FieldError[] = []
  if (found.segments[0] === 'metadata') {
    errors.push(invalid(field, jsonPath, 'must not point to fields in metadata'))
  }
  if (!selectableTypes.includes(found.schema.type ?? '')) {
    const detail =
      'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'
    errors.push(invalid(field, jsonPath, detail))
  }
  return errors
}
