import { append } from '@fairlead/base'
import type { FieldError } from '../field-error.ts'
import { child, propertyPath, required } from './schema-path.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * Fields and items that only the junctors of the root speak of: each must be declared outside of
 * them. As validateStructuralCompleteness in Kubernetes' apiextensions-apiserver, which looks at the
 * junctors of the root alone.
 */
export function checkCompleteness(schema: StructuralSchema, path: string): FieldError[] {
  return junctors(schema, schema, path, path)
}

function junctors(
  value: StructuralSchema,
  declared: StructuralSchema,
  path: string,
  valuePath: string,
): FieldError[] {
  const errors: FieldError[] = []
  if (value.not) append(errors, nested(value.not, declared, path, child(valuePath, 'not')))
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [index, branch] of (value[junctor] ?? []).entries()) {
      append(errors, nested(branch, declared, path, `${child(valuePath, junctor)}[${index}]`))
    }
  }
  return errors
}

function nested(
  value: StructuralSchema,
  declared: StructuralSchema | undefined,
  path: string,
  valuePath: string,
): FieldError[] {
  if (!declared) return [required(path, `because it is defined in ${valuePath}`)]
  const errors = junctors(value, declared, path, valuePath)
  if (value.items) {
    const itemsPath = child(valuePath, 'items')
    append(errors, nested(value.items, declared.items, child(path, 'items'), itemsPath))
  }
  for (const [name, property] of Object.entries(value.properties ?? {})) {
    const field = propertyPath(valuePath, name)
    const { properties } = declared
    const counterpart = properties && Object.hasOwn(properties, name) ? properties[name] : undefined
    append(errors, nested(property, counterpart, propertyPath(path, name), field))
  }
  return errors
}
