import { isJsonObject } from '@fairlead/base'
import type { KubernetesObject } from '../object.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { checkTypedValue } from './check-typed-value.ts'
import { narrowType, objectFieldType, type FieldType } from './field-type.ts'
import { mergeTypedValues } from './merge-typed-values.ts'
import { fieldElement, formatElement } from './path-element.ts'
import { TypedValueError } from './typed-value-error.ts'

/** A configuration cannot be merged into an object; the message says why, in Kubernetes' words. */
export class MergeConfigurationError extends Error {
  override readonly name = 'MergeConfigurationError'
}

/**
 * An object with a configuration merged into it as a mutating policy does: as by server-side apply,
 * but nobody owns anything and nothing is removed, and what could only be replaced as a whole is
 * refused. The arguments are not modified; parts of them are shared.
 * @throws MergeConfigurationError
 */
export function mergeConfiguration(
  object: KubernetesObject,
  configuration: unknown,
  schema: StructuralSchema,
): unknown {
  const type = objectFieldType(schema)
  attempt('failed to convert patch object to typed object', () => {
    checkTypedValue(configuration, type)
  })
  const atomics = [...findAtomics(configuration, type, '')]
  if (atomics.length > 0) {
    throw new MergeConfigurationError(
      `invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`,
    )
  }
  return attempt('failed to merge patch', () => mergeTypedValues(object, configuration, type))
}

function attempt<T>(what: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof TypedValueError)) throw error
    throw new MergeConfigurationError(`${what}: ${error.message}`, { cause: error })
  }
}

/** The paths of values that have one owner as a whole; fields of maps that no schema names are free. */
function* findAtomics(value: unknown, type: FieldType, path: string): Generator<string> {
  const { map, list } = narrowType(type, value)
  if (map !== undefined && isJsonObject(value)) {
    if (map.atomic) yield path
    for (const [name, part] of Object.entries(value)) {
      const named = map.named(name)
      if (named !== undefined) {
        yield* findAtomics(part, named, path + formatElement(fieldElement(name)))
      }
    }
  }
  if (list !== undefined && Array.isArray(value)) {
    if (list.atomic) yield path
    for (const [index, item] of value.entries()) {
      yield* findAtomics(item, list.element, `${path}[${index}]`)
    }
  }
}
