import type { CustomResourceDefinitionObject, CustomResourceNames } from '@fairlead/kube-core'

import { statusOf } from './definition-status.ts'

interface NameConflict {
  readonly reason: string
  readonly message: string
}

/** A name in the way of one of `definition`'s names, taken by another definition of its group. */
export function findNameConflict(
  definition: CustomResourceDefinitionObject,
  all: readonly CustomResourceDefinitionObject[],
): NameConflict | undefined {
  const others = all.filter(
    (other) =>
      other.metadata.name !== definition.metadata.name &&
      other.spec.group === definition.spec.group,
  )
  const taken = others.map((other) => statusOf(other).acceptedNames ?? {})
  const resources = new Set(taken.flatMap(resourceNames))
  const kinds = new Set(taken.flatMap(({ kind, listKind }) => [kind, listKind]))
  const { names } = definition.spec
  if (resources.has(names.plural)) return conflict('PluralConflict', names.plural)
  if (names.singular && resources.has(names.singular)) {
    return conflict('SingularConflict', names.singular)
  }
  const shortName = names.shortNames?.find((each) => resources.has(each))
  if (shortName !== undefined) return conflict('ShortNamesConflict', shortName)
  if (kinds.has(names.kind)) return conflict('KindConflict', names.kind)
  if (names.listKind && kinds.has(names.listKind)) {
    return conflict('ListKindConflict', names.listKind)
  }
  return undefined
}

function resourceNames(names: Partial<CustomResourceNames>): string[] {
  return [names.plural, names.singular, ...(names.shortNames ?? [])].filter(
    (name): name is string => name !== undefined && name !== '',
  )
}

function conflict(reason: string, name: string): NameConflict {
  return { reason, message: `${JSON.stringify(name)} is already in use` }
}
