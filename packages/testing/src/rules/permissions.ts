import type { Access } from '@fairlead/apiserver/testing'

const permissionsMax = 10_000

/** What every authenticated user may do by Kubernetes' own roles, so that no role need say it. */
const everybodysPaths = /^\/($|(api|apis|healthz|livez|openapi|readyz|version)($|\/))/
const everybodysResources: ReadonlySet<string> = new Set([
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authentication.k8s.io/selfsubjectreviews',
])

/** Different permissions, each once; at most 10,000. */
export class Permissions {
  readonly #permissions = new Map<string, Access>()

  /** Adds one, unless everybody has it. */
  add(access: Access): void {
    const { verb, group, resource, subresource = '', namespace, name, path = '' } = access
    if (everybodysPaths.test(path) || everybodysResources.has(`${group}/${resource}`)) return
    if (this.#permissions.size >= permissionsMax) return
    const key = [verb, group, resource, subresource, namespace, name, path].join('\n')
    const place = { verb, group, resource, namespace, name }
    const kept = { ...place, ...(subresource && { subresource }), ...(path && { path }) }
    this.#permissions.set(key, kept)
  }

  /**
   * All of them.
   * @throws an Error when there were too many to keep
   */
  all(): readonly Access[] {
    if (this.#permissions.size < permissionsMax) return [...this.#permissions.values()]
    throw new Error(
      `more than ${permissionsMax} different requests were recorded: record a test with fewer objects`,
    )
  }
}
