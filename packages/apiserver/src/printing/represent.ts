import { errors, goQuote, type KubernetesList, type KubernetesObject } from '@fairlead/kube-core'

import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import type { Representation } from '../exchange/accept.ts'
import { partialMetadata, partialMetadataList } from './partial-metadata.ts'
import { tableOf, tableOfList, type IncludeObject, type TableRequest } from './table.ts'

/** Converts objects and lists to the requested form: full objects, a Table, or metadata only. */
export interface Presenter {
  /** @throws StatusError 406 when a list was asked for */
  object(object: KubernetesObject): unknown
  /** @throws StatusError 406 when a single object was asked for */
  list(list: KubernetesList): unknown
  /** The object of an event; only the first of a watch has the columns of a table. */
  event(object: KubernetesObject): unknown
}

/** @throws StatusError 400 for an unknown `includeObject` */
export function presenterFor(
  definition: ResourceDefinition,
  { as, version }: Representation,
  query: URLSearchParams,
  now: () => number,
): Presenter {
  if (as === 'object') {
    const list = definition.origin === 'built-in' ? withoutItemKinds : withContinue
    return { object: unchanged, list, event: unchanged }
  }
  if (as !== 'Table') return metadataPresenter(definition, as, version)
  const includeObject = parseIncludeObject(query.get('includeObject'))
  const request = (): TableRequest => ({ definition, version, includeObject, nowMs: now() })
  const ofObject = (object: KubernetesObject): object => {
    const { resourceVersion = '' } = object.metadata
    return tableOf([object], { resourceVersion }, request())
  }
  let isFirst = true
  return {
    object: ofObject,
    list: (list) => tableOfList(list, request()),
    event(object) {
      const table = ofObject(object)
      if (!isFirst) return { ...table, columnDefinitions: null }
      isFirst = false
      return table
    },
  }
}

/** As asPartialObjectMetadata and its kin in apiserver's handlers. */
function metadataPresenter(
  definition: ResourceDefinition,
  as: 'PartialObjectMetadata' | 'PartialObjectMetadataList',
  version: string,
): Presenter {
  const isOfList = as === 'PartialObjectMetadataList'
  const requireList = (isList: boolean): void => {
    if (isList === isOfList) return
    const type = goTypeOf(definition, isList)
    const is = isList ? 'is a list' : 'is not a list'
    throw errors.notAcceptable(`you requested ${as}, but the requested object ${is} (${type})`)
  }
  const ofObject = (object: KubernetesObject): unknown => {
    requireList(false)
    return partialMetadata(object, version)
  }
  return {
    object: ofObject,
    list(list) {
      requireList(true)
      return partialMetadataList(list, version)
    },
    event: ofObject,
  }
}

/** The type that holds an object, or a list, in the real server. */
function goTypeOf({ origin, group, kind, listKind }: ResourceDefinition, isList: boolean): string {
  if (origin === 'custom') return `*unstructured.Unstructured${isList ? 'List' : ''}`
  // Events of both groups are held as those of the first.
  const inside = group === '' || group === 'events.k8s.io' ? 'core' : group.split('.')[0]
  return `*${inside}.${isList ? listKind : kind}`
}

function parseIncludeObject(value: string | null): IncludeObject {
  if (value === null || value === '') return 'Metadata'
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value
  throw errors.badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${goQuote(value)}: ` +
      "must be 'Metadata', 'Object', 'None', or empty",
  )
}

function unchanged<T>(value: T): T {
  return value
}

/** Lists of custom kinds say in Go that nothing follows. */
function withContinue(list: KubernetesList): object {
  return { ...list, metadata: { continue: '', ...list.metadata } }
}

/** In lists of built-in kinds, Go leaves out of the items what the list says. */
function withoutItemKinds(list: KubernetesList): object {
  return {
    ...list,
    items: list.items.map((item) => ({ ...item, apiVersion: undefined, kind: undefined })),
  }
}
