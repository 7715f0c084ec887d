import { isJsonObject } from '@fairlead/base'
import { copyUnfrozen } from '../copy-json.ts'
import { deepFreeze } from '../deep-freeze.ts'
import type { ObjectMeta, TypedObject } from '../object.ts'

/** A conversion function, whatever it converts. */
export type ConvertFields = (object: TypedObject) => unknown

/**
 * An object in another version: what `convertFields` makes of a frozen copy, with the metadata of the
 * original but for labels and annotations. Frozen.
 * @throws TypeError if the conversion gives no object or another name, namespace or UID
 */
export function convertObject<T extends TypedObject>(
  original: TypedObject,
  apiVersion: string,
  convertFields: ConvertFields,
): T {
  const source = deepFreeze(copyUnfrozen(original))
  const converted = convertFields(source)
  const target = `the conversion from ${original.apiVersion} to ${apiVersion}`
  if (!isJsonObject(converted)) throw new TypeError(`${target} must return an object`)
  const metadata = withConverted(source.metadata, converted['metadata'], target)
  const result: unknown = { ...converted, apiVersion, kind: original.kind, metadata }
  return deepFreeze(result as T)
}

const identity = ['name', 'namespace', 'uid'] as const

function withConverted(original: ObjectMeta, converted: unknown, target: string): ObjectMeta {
  if (converted === undefined || converted === original) return original
  if (!isJsonObject(converted)) throw new TypeError(`${target} must return metadata as an object`)
  for (const field of identity) {
    if (converted[field] !== undefined && converted[field] !== original[field]) {
      throw new TypeError(`${target} must not change metadata.${field}`)
    }
  }
  const { labels: _, annotations: __, ...rest } = original
  const { labels, annotations } = converted as ObjectMeta
  return { ...rest, ...(labels && { labels }), ...(annotations && { annotations }) }
}
