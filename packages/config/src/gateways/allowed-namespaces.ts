import type { LLMGateway } from '@fairlead/api'
import { labelSelectorFrom } from '@fairlead/kube-core'
import { namespaceOf } from '../values/resource-key.ts'

export type NamespaceLabels = ReadonlyMap<string, Readonly<Record<string, string>>>

/**
 * Which namespaces' resources a gateway serves, by its `allowedNamespaces`: its own (Same, the
 * default), every one (All), or those whose labels a selector matches (Selector; its own namespace
 * gets no exception, as in Gateway API). A namespace that is not known carries only the name label
 * that the API server gives to every namespace.
 */
export function namespaceFilter(
  gateway: LLMGateway,
  namespaces: NamespaceLabels,
): (namespace: string) => boolean {
  const own = namespaceOf(gateway)
  const { from, selector: labels = {} } = gateway.spec.allowedNamespaces
  switch (from) {
    case 'All':
      return () => true
    case 'Selector': {
      const selector = labelSelectorFrom(labels)
      return (namespace) => selector.matches(labelsOf(namespace, namespaces))
    }
    case 'Same':
      return (namespace) => namespace === own
  }
}

function labelsOf(namespace: string, namespaces: NamespaceLabels): Record<string, string> {
  return { 'kubernetes.io/metadata.name': namespace, ...namespaces.get(namespace) }
}
