import { hasApiType } from '../api-types/api-type.ts'
import { builtInResources } from '../api-types/built-in-resource.ts'
import { optionalResources } from '../api-types/optional-resources.ts'

const metaPrefix = 'io.k8s.apimachinery.pkg.apis.meta.v1.'
const metaBetaPrefix = 'io.k8s.apimachinery.pkg.apis.meta.v1beta1.'

/** Kinds that every group and version has. */
const commonKinds = [
  'CreateOptions',
  'DeleteOptions',
  'GetOptions',
  'ListOptions',
  'PatchOptions',
  'UpdateOptions',
  'Status',
  'WatchEvent',
]

/** By apiVersion, what the names of its types begin with. */
const prefixes = makeOnce<ReadonlyMap<string, string>>(() => {
  const found = new Map([
    ['meta.k8s.io/v1', metaPrefix],
    ['meta.k8s.io/v1beta1', metaBetaPrefix],
  ])
  for (const { group, version, kind, type } of [...builtInResources(), ...optionalResources]) {
    found.set(group === '' ? version : `${group}/${version}`, type.slice(0, -kind.length))
  }
  return found
})

/** The published name of a kind's type; undefined for kinds that Kubernetes does not have. */
export function typeNameOf(apiVersion: string, kind: string): string | undefined {
  const prefix = prefixes().get(apiVersion)
  if (commonKinds.includes(kind) && (prefix !== undefined || apiVersion === 'v1')) {
    return `${metaPrefix}${kind}`
  }
  const isFromV1 = prefix === metaBetaPrefix && !hasApiType(`${prefix}${kind}`)
  const name = `${isFromV1 ? metaPrefix : prefix}${kind}`
  return prefix !== undefined && hasApiType(name) ? name : undefined
}

function makeOnce<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
