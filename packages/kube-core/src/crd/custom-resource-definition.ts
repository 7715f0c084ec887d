import type { ClusterObjectMeta, KubernetesObject } from '../object.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'

export interface CustomResourceNames {
  plural: string
  singular?: string
  shortNames?: string[]
  kind: string
  listKind?: string
  categories?: string[]
}

/** One column of `kubectl get`. With a priority above 0 it is shown only with `-o wide`. */
export interface PrinterColumn {
  name: string
  type: 'integer' | 'number' | 'string' | 'boolean' | 'date'
  jsonPath: string
  format?: string
  description?: string
  priority?: number
}

export interface ScaleSubresource {
  specReplicasPath: string
  statusReplicasPath: string
  labelSelectorPath?: string
}

export interface CustomResourceVersion {
  name: string
  served: boolean
  storage: boolean
  deprecated?: boolean
  deprecationWarning?: string
  schema?: { openAPIV3Schema?: StructuralSchema }
  subresources?: { status?: Record<string, never>; scale?: ScaleSubresource }
  additionalPrinterColumns?: PrinterColumn[]
  selectableFields?: { jsonPath: string }[]
}

export interface CustomResourceConversion {
  strategy: 'None' | 'Webhook'
  webhook?: {
    clientConfig?: {
      url?: string
      caBundle?: string
      service?: { namespace: string; name: string; path?: string; port?: number }
    }
    conversionReviewVersions: string[]
  }
}

/** The definition of a kind, as in `apiextensions.k8s.io/v1`. */
export interface CustomResourceDefinitionObject extends KubernetesObject {
  apiVersion: 'apiextensions.k8s.io/v1'
  kind: 'CustomResourceDefinition'
  metadata: ClusterObjectMeta
  spec: {
    group: string
    names: CustomResourceNames
    scope: 'Namespaced' | 'Cluster'
    versions: CustomResourceVersion[]
    conversion?: CustomResourceConversion
    preserveUnknownFields?: boolean
  }
  status?: CustomResourceDefinitionStatus
}

/** What the API server makes of a definition. */
type CustomResourceDefinitionStatus = {
  conditions?: readonly { type: string; status: string }[]
  acceptedNames?: Partial<CustomResourceNames>
  /** The versions in which objects may be stored. */
  storedVersions?: string[]
}

/** Applies the API server's defaults: singular, listKind and the conversion strategy. */
export function defaultCustomResourceDefinition<T extends CustomResourceDefinitionObject>(
  definition: T,
): T {
  const { names, conversion } = definition.spec
  return {
    ...definition,
    spec: {
      ...definition.spec,
      names: {
        ...names,
        ...(names.kind && {
          singular: names.singular || names.kind.toLowerCase(),
          listKind: names.listKind || `${names.kind}List`,
        }),
      },
      conversion: conversion?.strategy ? conversion : { ...conversion, strategy: 'None' },
    },
  }
}
