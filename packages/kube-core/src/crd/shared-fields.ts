import { deepEqual } from '../deep-equal.ts'
import type {
  CustomResourceDefinitionObject,
  CustomResourceVersion,
} from './custom-resource-definition.ts'

type Spec = CustomResourceDefinitionObject['spec']

const fields = ['subresources', 'schema', 'additionalPrinterColumns', 'selectableFields'] as const

type SharedField = (typeof fields)[number]

/** A definition as the API server validates it: what all versions have in common stands once. */
export interface SharedSpec {
  /** The fields that are the same in all versions. */
  readonly shared: Pick<CustomResourceVersion, SharedField>
  /** The versions without these. */
  readonly versions: readonly CustomResourceVersion[]
}

/** As the conversion to the internal version in Kubernetes' apiextensions-apiserver. */
export function shareFields({ versions }: Spec): SharedSpec {
  const [first, ...others] = versions ?? []
  if (first === undefined) return { shared: {}, versions: [] }
  const common = fields.filter((field) =>
    others.every((version) => deepEqual(version[field], first[field])),
  )
  return {
    shared: Object.fromEntries(
      common.flatMap((field) => (isSet(first[field]) ? [[field, first[field]]] : [])),
    ),
    versions: versions.map((version) => {
      const kept = Object.entries(version).filter(
        ([field]) => !common.some((shared) => shared === field),
      )
      return Object.fromEntries(kept) as unknown as CustomResourceVersion
    }),
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null
}
