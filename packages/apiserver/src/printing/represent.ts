import { errors, type KubernetesList, type KubernetesObject } from '@fairlead/kube-core'

import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import type { Representation } from '../exchange/accept.ts'
import { partialMetadata, partialMetadataList } from './partial-metadata.ts'
import { tableOf, tableOfList, type IncludeObject, type TableRequest } from './table.ts'

/** Converts objects and lists to the requested form: full objects, a Table, or metadata only. */
export interface Presenter {
  object(object: KubernetesObject): unknown
  list(list: KubernetesList): unknown
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
    return { object: unchanged, list }
  }
  if (as === 'PartialObjectMetadata') {
    return {
      object: (object) => partialMetadata(object, version),
      list: (list) => partialMetadataList(list, version),
    }
  }
  const includeObject = parseIncludeObject(query.get('includeObject'))
  const request = (): TableRequest => ({ definition, version, includeObject, nowMs: now() })
  return {
    object(object) {
      const { resourceVersion = '' } = object.metadata
      return tableOf([object], { resourceVersion }, request())
    },
    list: (list) => tableOfList(list, request()),
  }
}

function parseIncludeObject(value: string | null): IncludeObject {
  if (value === null || value === '') return 'Metadata'
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value
  throw errors.badRequest(
    `includeObject: Invalid value: ${JSON.stringify(value)}: must be one of None, Metadata, Object`,
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
