import { errors, type KubernetesList, type KubernetesObject } from '@fairlead/kube-core'

import type { Representation } from '../exchange/accept.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { partialMetadata, partialMetadataList } from './partial-metadata.ts'
import { tableOf, tableOfList, type IncludeObject, type TableRequest } from './table.ts'

/** Turns objects and lists into what the client asked for: themselves, a table, or metadata. */
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
  if (as === 'object') return { object: (object) => object, list: (list) => list }
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
