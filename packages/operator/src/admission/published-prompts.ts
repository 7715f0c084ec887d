import type { PromptTemplate } from '@fairlead/api'
import { deepEqual } from '@fairlead/kube-core'

/**
 * Whether a write changes what callers get at a path of the gateway: that there is one, where it is,
 * or which versions are served there. A version that no call gets yet is a draft, and changes nothing.
 */
export function publishes(
  after: Pick<PromptTemplate, 'spec'>,
  before: Pick<PromptTemplate, 'spec'> | undefined,
): boolean {
  const { expose } = after.spec
  if (expose === undefined) return false
  if (before === undefined || !deepEqual(expose, before.spec.expose)) return true
  return !deepEqual(served(after), served(before))
}

function served({ spec: { versions, rollout, labels } }: Pick<PromptTemplate, 'spec'>): object {
  if (rollout.length === 0) {
    return { labels, shares: versions.slice(-1).map(({ name }) => [name, 100, null]) }
  }
  const shares = rollout.map(({ version, weight, match = null }) => [version, weight, match])
  return { labels, shares }
}
