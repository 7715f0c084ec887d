import { compareText } from '@fairlead/base'

/** Objects by namespace, each once; both namespaces and names are sorted. */
export function namesByNamespace(
  keys: Iterable<{ readonly namespace: string; readonly name: string }>,
): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, Set<string>>()
  for (const { namespace, name } of keys) {
    names.set(namespace, (names.get(namespace) ?? new Set()).add(name))
  }
  return new Map(
    [...names]
      .toSorted(([a], [b]) => compareText(a, b))
      .map(([namespace, set]) => [namespace, [...set].toSorted(compareText)]),
  )
}
