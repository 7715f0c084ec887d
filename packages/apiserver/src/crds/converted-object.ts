import { isJsonObject, isRawNumber, type JsonObject } from '@fairlead/base'
import {
  copyJson,
  deepEqual,
  joinFieldErrors,
  parseApiVersion,
  validateAnnotations,
  validateLabels,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

/** How messages name an object in an answer, what it is said to be of, and its metadata. */
export interface PlaceInAnswer {
  readonly object: string
  readonly type: string
  readonly metadata: string
}

/**
 * What a webhook has made of an object, with the metadata of the original but for labels and
 * annotations, which a webhook may change. As validateConvertedObject and restoreObjectMeta in
 * Kubernetes' apiextensions-apiserver.
 * @throws Error which goes on after `conversion webhook for … `
 */
export function convertedObject(
  original: KubernetesObject,
  converted: unknown,
  apiVersion: string,
  place: PlaceInAnswer,
): KubernetesObject {
  const object = asObject(converted, place.type)
  const got = textOf(object['apiVersion'])
  if (got !== apiVersion) {
    const versions = `(expected ${groupVersion(apiVersion)}, received ${groupVersion(got)})`
    throw new Error(`returned invalid ${place.type}: invalid groupVersion ${versions}`)
  }
  const kind = textOf(object['kind'])
  if (kind !== original.kind) {
    const kinds = `(expected ${original.kind}, received ${kind})`
    throw new Error(`returned invalid ${place.type}: invalid kind ${kinds}`)
  }
  checkIdentity(original, object, place.object)
  const metadata = withMetadata(original, object['metadata'], place.metadata)
  return { ...object, apiVersion, kind, metadata }
}

function asObject(converted: unknown, place: string): JsonObject {
  if (isJsonObject(converted) && textOf(converted['kind']) !== '') return converted
  const text = JSON.stringify(converted ?? null)
  throw new Error(`returned invalid ${place}: Object 'Kind' is missing in '${text}'`)
}

/** What no conversion changes, and by which name messages call it. */
const identity = [
  ['name', 'name'],
  ['namespace', 'namespace'],
  ['uid', 'UID'],
] as const

function checkIdentity(original: KubernetesObject, converted: JsonObject, place: string): void {
  const metadata = isJsonObject(converted['metadata']) ? converted['metadata'] : {}
  for (const [field, label] of identity) {
    const expected = original.metadata[field] ?? ''
    const got = textOf(metadata[field])
    if (expected === got) continue
    throw new Error(`returned invalid ${place}: must have the same ${label}: ${expected} != ${got}`)
  }
}

function withMetadata(
  original: KubernetesObject,
  converted: unknown,
  place: string,
): KubernetesObject['metadata'] {
  const wrong = (why: string) => new Error(`returned invalid ${place}: ${why}`)
  if (converted === undefined) throw wrong('missing metadata in converted object')
  if (!isJsonObject(converted)) {
    throw wrong(`invalid metadata of type ${goType(converted)} in converted object`)
  }
  const { labels: _, annotations: __, ...metadata } = copyJson(original.metadata)
  const labels = textsIn(converted, 'labels', wrong)
  const annotations = textsIn(converted, 'annotations', wrong)
  const found: FieldError[] = [
    ...(labels === undefined || deepEqual(labels, original.metadata.labels ?? {})
      ? []
      : validateLabels(labels, 'metadata.labels')),
    ...(annotations === undefined || deepEqual(annotations, original.metadata.annotations ?? {})
      ? []
      : validateAnnotations(annotations, 'metadata.annotation')),
  ]
  if (found.length > 0) throw wrong(joinFieldErrors(found))
  return {
    ...metadata,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  }
}

/** Undefined when the webhook has removed them. */
function textsIn(
  metadata: JsonObject,
  field: 'labels' | 'annotations',
  wrong: (why: string) => Error,
): Record<string, string> | undefined {
  const value = metadata[field]
  if (value === undefined || value === null) return undefined
  if (!isJsonObject(value)) {
    throw wrong(`invalid metadata.${field} of type ${goType(value)} in converted object`)
  }
  const texts: [string, string][] = Object.entries(value).map(([key, text]) => {
    if (typeof text === 'string') return [key, text]
    throw wrong(
      `metadata.${field}[${key}] must be a string, but is ${goType(text)} in converted object`,
    )
  })
  return Object.fromEntries(texts)
}

/** The type of a decoded JSON value as Go prints it. */
function goType(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  if (isRawNumber(value)) return 'float64'
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
}

/** As Go prints a GroupVersion. */
function groupVersion(apiVersion: string): string {
  const { group, version } = parseApiVersion(apiVersion)
  return group === '' ? version : `${group}/${version}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
