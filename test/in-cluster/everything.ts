import type { Kubectl } from '../support/kubectl.ts'

/** Kinds whose objects come and go by themselves. */
const passing = /^(?:events|events\.events\.k8s\.io|componentstatuses|bindings)$/

/** Kinds that only answer questions cannot be listed; owned objects go with their owners. */
interface Listed {
  readonly items: readonly {
    readonly kind: string
    readonly metadata: {
      readonly name: string
      readonly namespace?: string
      readonly ownerReferences?: readonly unknown[]
    }
  }[]
}

/**
 * Every object of a cluster, as `Kind namespace/name`, but events. With `owned: false`, without those
 * that belong to others.
 */
export async function everything(
  kubectl: Kubectl,
  { owned = true }: { readonly owned?: boolean } = {},
): Promise<readonly string[]> {
  const printed = await kubectl('api-resources', '--verbs=list', '-o', 'name')
  const kinds = printed.split('\n').filter((kind) => kind !== '' && !passing.test(kind))
  const listed = await kubectl('get', kinds.join(','), '--all-namespaces', '-o', 'json')
  const { items } = JSON.parse(listed) as Listed
  return items
    .filter(({ metadata }) => owned || metadata.ownerReferences === undefined)
    .map(({ kind, metadata: { namespace = '', name } }) => `${kind} ${namespace}/${name}`)
    .toSorted()
}
