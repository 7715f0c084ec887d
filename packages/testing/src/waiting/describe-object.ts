import { objectOrEmpty } from '@fairlead/base'
import type { TypedObject } from '@fairlead/kube-core'
import { stringify } from 'yaml'

const lengthMax = 4000

/** An object for a message: YAML without managed fields, cut where it is long; no data of a Secret. */
export function describeObject(object: TypedObject): string {
  const { metadata, ...rest } = object
  const { managedFields: _, ...shown } = { managedFields: [], ...metadata }
  const whole = { ...rest, metadata: shown }
  const told = object.kind === 'Secret' ? withoutSecrets(whole) : whole
  const text = stringify(told, { aliasDuplicateObjects: false })
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}… (cut)`
}

function withoutSecrets(object: object): object {
  const { data, stringData, metadata, ...rest } = objectOrEmpty(object)
  // kubectl keeps the whole object in an annotation.
  const { annotations: _, ...shown } = objectOrEmpty(metadata)
  return {
    ...rest,
    metadata: shown,
    ...(data === undefined ? {} : { data: hidden(data) }),
    ...(stringData === undefined ? {} : { stringData: hidden(stringData) }),
  }
}

function hidden(values: unknown): object {
  return Object.fromEntries(Object.keys(objectOrEmpty(values)).map((key) => [key, '(hidden)']))
}
