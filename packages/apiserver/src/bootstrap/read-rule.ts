/** A rule of a role as it is stored. */
interface StoredRule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
}

/**
 * Reads a rule from one line: `verbs groups resources names`, or `verbs paths`. Each is a list with
 * commas; `core` is the group without a name.
 */
export function readRule(line: string): StoredRule {
  const [verbs = [], groups = [], resources, resourceNames] = line
    .split(' ')
    .map((part) => part.split(','))
  if (resources === undefined) return { verbs, nonResourceURLs: groups }
  return {
    verbs,
    apiGroups: groups.map((group) => (group === 'core' ? '' : group)),
    resources,
    ...(resourceNames === undefined ? {} : { resourceNames }),
  }
}
