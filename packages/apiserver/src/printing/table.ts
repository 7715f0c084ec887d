import type { KubernetesList, KubernetesObject, ListMeta } from '@fairlead/kube-core'

import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { partialMetadata } from './partial-metadata.ts'

/** Which form of the object each row carries. */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

export interface TableRequest {
  readonly definition: ResourceDefinition
  /** Version of meta.k8s.io. */
  readonly version: string
  readonly includeObject: IncludeObject
  readonly nowMs: number
}

/** Objects in the form in which `kubectl get` prints them. */
export function tableOf(
  objects: readonly KubernetesObject[],
  metadata: ListMeta,
  request: TableRequest,
): object {
  const { columns } = request.definition
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${request.version}`,
    metadata,
    columnDefinitions: columns.map(({ name, type, format, description, priority }) => ({
      name,
      type,
      format: format ?? '',
      description,
      priority,
    })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, request.nowMs)),
      ...rowObject(object, request),
    })),
  }
}

export function tableOfList(list: KubernetesList, request: TableRequest): object {
  return tableOf(list.items, list.metadata, request)
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
