import type { KubernetesList, KubernetesObject, ListMeta } from '@fairlead/kube-core'

import type { RowCondition } from '../definitions/printer-column.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { columnDefinitionsOf } from './column-definitions.ts'
import { partialMetadata } from './partial-metadata.ts'

/** Which form of the object each row includes. */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

export interface TableRequest {
  readonly definition: ResourceDefinition
  /** meta.k8s.io version. */
  readonly version: string
  readonly includeObject: IncludeObject
  readonly nowMs: number
}

/** A Table of objects, as `kubectl get` prints them. */
export function tableOf(
  objects: readonly KubernetesObject[],
  metadata: ListMeta,
  request: TableRequest,
): object {
  const { columns, rowConditions } = request.definition
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${request.version}`,
    metadata,
    columnDefinitions: columnDefinitionsOf(request.definition),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, request.nowMs)),
      ...conditionsOf(rowConditions?.(object)),
      ...rowObject(object, request),
    })),
  }
}

/** A Table of the objects of a list, which some kinds show in an order of their own. */
export function tableOfList(list: KubernetesList, request: TableRequest): object {
  const { rowOrder } = request.definition
  const items = rowOrder === undefined ? list.items : list.items.toSorted(rowOrder)
  return tableOf(items, list.metadata, request)
}

function conditionsOf(conditions: readonly RowCondition[] | undefined): object {
  return conditions === undefined ? {} : { conditions }
}

function rowObject(
  object: KubernetesObject,
  { includeObject, version }: TableRequest,
): { object?: unknown } {
  switch (includeObject) {
    case 'None':
      return {}
    case 'Metadata':
      return { object: partialMetadata(object, version) }
    case 'Object':
      return { object }
  }
}
