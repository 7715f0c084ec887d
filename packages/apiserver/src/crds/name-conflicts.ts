import type { CustomResourceDefinitionObject, CustomResourceNames } from '@fairlead/kube-core'

import { statusOf } from './definition-status.ts'

/** What becomes of the names that a definition asks for. */
interface JudgedNames {
  /** Those that it has: the free ones, and of the others what it had before. */
  readonly accepted: Partial<CustomResourceNames>
  /** The last of its names that a definition of its group has already for something else. */
  readonly conflict?: { readonly reason: string; readonly message: string }
}

/** As calculateNamesAndConditions in Kubernetes' apiextensions-apiserver. */
export function judgeNames(
  definition: CustomResourceDefinitionObject,
  all: readonly CustomResourceDefinitionObject[],
): JudgedNames {
  const taken = takenNames(definition.spec.group, all)
  const { names } = definition.spec
  const before = statusOf(definition).acceptedNames ?? {}
  const accepted: Record<string, unknown> = { plural: '', kind: '', ...before }
  let conflict: JudgedNames['conflict']
  const judge = (
    field: 'plural' | 'singular' | 'kind' | 'listKind',
    others: ReadonlySet<string>,
    reason: string,
  ): void => {
    const name = names[field] ?? ''
    if (name !== before[field] && others.has(name)) conflict = inUse(reason, [name])
    else if (name !== '') accepted[field] = name
  }
  judge('plural', taken.resources, 'PluralConflict')
  judge('singular', taken.resources, 'SingularConflict')
  const shortNames = names.shortNames ?? []
  const contested = shortNames.filter(
    (name) => !before.shortNames?.includes(name) && taken.resources.has(name),
  )
  if (contested.length > 0) conflict = inUse('ShortNamesConflict', contested)
  else if (shortNames.length > 0) accepted['shortNames'] = shortNames
  else delete accepted['shortNames']
  judge('kind', taken.kinds, 'KindConflict')
  judge('listKind', taken.kinds, 'ListKindConflict')
  if (names.categories?.length) accepted['categories'] = names.categories
  else delete accepted['categories']
  return conflict === undefined ? { accepted } : { accepted, conflict }
}

/** Those that the definitions of a group have, also the definition in question. */
function takenNames(
  group: string,
  all: readonly CustomResourceDefinitionObject[],
): { readonly resources: ReadonlySet<string>; readonly kinds: ReadonlySet<string> } {
  const taken = all
    .filter(({ spec }) => spec.group === group)
    .map((each) => statusOf(each).acceptedNames ?? {})
  return {
    resources: given(
      taken.flatMap((each) => [each.plural, each.singular, ...(each.shortNames ?? [])]),
    ),
    kinds: given(taken.flatMap(({ kind, listKind }) => [kind, listKind])),
  }
}

function given(names: readonly (string | undefined)[]): ReadonlySet<string> {
  return new Set(names.filter((name): name is string => name !== undefined && name !== ''))
}

function inUse(reason: string, names: readonly string[]): NonNullable<JudgedNames['conflict']> {
  const messages = names.map((name) => `${JSON.stringify(name)} is already in use`)
  const message = messages.length === 1 ? (messages[0] ?? '') : `[${messages.join(', ')}]`
  return { reason, message }
}
