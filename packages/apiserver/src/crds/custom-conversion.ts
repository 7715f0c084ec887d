import {
  deepFreeze,
  hasUnknownFields,
  pruneUnknownFields,
  withDefaults,
  type KubernetesObject,
  type StructuralSchema,
} from '@fairlead/kube-core'

import type { Conversion, RemoteConversion } from '../definitions/resource-definition.ts'
import type { ConversionWebhook } from './conversion-webhook.ts'

interface CustomConversionOptions {
  /** The version that is served, as `group/version`. */
  readonly servedVersion: string
  readonly storageVersion: string
  /** The schemas of all versions, with the standard fields. */
  readonly schemas: ReadonlyMap<string, StructuralSchema>
  /** Converts between versions; without it they differ only in apiVersion. */
  readonly webhook?: ConversionWebhook | undefined
}

/**
 * Converts the objects of one served version of a definition as a real server's codec does: what is
 * read loses the fields that the schema of its own version does not have and gets that version's
 * defaults, since it may be older than the schema; then it is converted, and loses what the schema of
 * the other version does not have. What has been read is kept for as long as the stored object is.
 */
export function customConversion(options: CustomConversionOptions): Conversion {
  const { servedVersion, storageVersion, schemas, webhook } = options
  const servedForms = new WeakMap<KubernetesObject, KubernetesObject>()
  const completed = (stored: KubernetesObject): KubernetesObject =>
    complete(stored, schemas.get(stored.apiVersion))
  const prunedTo = (object: KubernetesObject, apiVersion: string): KubernetesObject =>
    prune(object, schemas.get(apiVersion))
  const relabelled = (object: KubernetesObject, apiVersion: string): KubernetesObject =>
    object.apiVersion === apiVersion ? object : prunedTo({ ...object, apiVersion }, apiVersion)
  const isAtHand = (stored: KubernetesObject): boolean =>
    webhook === undefined || stored.apiVersion === servedVersion || servedForms.has(stored)
  return {
    toServed(stored) {
      const known = servedForms.get(stored)
      if (known !== undefined) return known
      if (!isAtHand(stored)) throw new Error('the served form has not been fetched')
      const served = relabelled(completed(stored), servedVersion)
      if (served !== stored) deepFreeze(served)
      servedForms.set(stored, served)
      return served
    },
    toStored: (served) => relabelled(served, storageVersion),
    ...(webhook === undefined ? {} : { remote: remoteConversion(webhook) }),
  }

  function remoteConversion(converter: ConversionWebhook): RemoteConversion {
    const underWay = new WeakMap<KubernetesObject, Promise<void>>()
    return {
      fetchServed(stored) {
        const missing = stored.filter((each) => !isAtHand(each))
        if (missing.length === 0) return undefined
        const waitedFor = new Set(missing.flatMap((each) => underWay.get(each) ?? []))
        const unasked = missing.filter((each) => !underWay.has(each))
        if (unasked.length > 0) waitedFor.add(fetch(unasked))
        return Promise.all(waitedFor).then(() => {})
      },
      async convert(object, apiVersion) {
        if (object.apiVersion === apiVersion) return object
        const [converted] = await converter.convert([object], apiVersion)
        return prunedTo(converted ?? object, apiVersion)
      },
    }

    function fetch(stored: readonly KubernetesObject[]): Promise<void> {
      const fetching = fetchForms(stored).finally(() => {
        for (const each of stored) underWay.delete(each)
      })
      for (const each of stored) underWay.set(each, fetching)
      return fetching
    }

    async function fetchForms(stored: readonly KubernetesObject[]): Promise<void> {
      const served = await converter.convert(stored.map(completed), servedVersion)
      for (const [index, each] of stored.entries()) {
        const form = served[index]
        if (form !== undefined) servedForms.set(each, deepFreeze(prunedTo(form, servedVersion)))
      }
    }
  }
}

/** An object of a version that the definition does not have any more stays as it is. */
function complete(
  stored: KubernetesObject,
  schema: StructuralSchema | undefined,
): KubernetesObject {
  return schema === undefined ? stored : withDefaults(prune(stored, schema), schema)
}

function prune(object: KubernetesObject, schema: StructuralSchema | undefined): KubernetesObject {
  if (schema === undefined || !hasUnknownFields(object, schema)) return object
  return pruneUnknownFields(object, schema).object as KubernetesObject
}
