/** What an operation does to objects of a kind, as its description says it. */
export type OperationVerb =
  'list' | 'create' | 'deletecollection' | 'read' | 'replace' | 'delete' | 'patch'

interface OfKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly namespaced: boolean
}

/** Under which programs that are generated from a document call an operation. */
export function operationId(verb: OperationVerb, kind: OfKind, suffix = ''): string {
  // The verb ends where the first that is known does.
  const [first, rest] =
    verb === 'deletecollection' ? (['delete', 'collection'] as const) : ([verb, ''] as const)
  const scope = kind.namespaced && suffix !== forAllNamespaces ? 'Namespaced' : ''
  const parts = [groupOf(kind), kind.version, `${rest}${scope}${kind.kind}${suffix}`]
  return first + parts.map((part) => identifier(part, true)).join('')
}

/** Ends the name of the list of all namespaces. */
export const forAllNamespaces = 'ForAllNamespaces'

/** Under which operations of a group and version are gathered. */
export function operationTag(kind: OfKind): string {
  return `${identifier(groupOf(kind), false)}_${identifier(kind.version, false)}`
}

/** In the words of Kubernetes' builder. */
export function operationDescription(
  verb: OperationVerb,
  kind: string,
  subresource: string | undefined,
): string {
  const part = subresource === undefined ? '' : ` ${subresource} of`
  switch (verb) {
    case 'list':
      return `list objects of kind ${kind}`
    case 'create':
    case 'delete':
      return `${verb}${articleFor(kind)}${kind}`
    case 'deletecollection':
      return `delete collection of ${kind}`
    case 'read':
    case 'replace':
      return `${verb}${part} the specified ${kind}`
    case 'patch':
      return `partially update${part} the specified ${kind}`
  }
}

function groupOf({ group }: OfKind): string {
  return group.replace(/\.k8s\.io$/, '')
}

function articleFor(noun: string): string {
  if (noun.endsWith('s') && !noun.endsWith('ss')) return ' '
  return /^[aeiou]/i.test(noun) ? ' an ' : ' a '
}

/** Letters and digits of a text, with a capital where others stood in between. */
function identifier(text: string, startsWithCapital: boolean): string {
  return text
    .replace(/^\d/, '-')
    .replaceAll(
      startsWithCapital ? /(?:^|[^\p{L}\d_]+)(.?)/gu : /[^\p{L}\d_]+(.?)/gu,
      (_, next: string) => next.toUpperCase(),
    )
}
