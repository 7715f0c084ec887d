import { remembering } from '@fairlead/base'
import type { Snapshot } from '@fairlead/snapshot'

/** The callers and groups that a configuration spells out, so that they may be metric labels. */
export interface KnownCallers {
  /** By `namespace/name`. */
  readonly consumers: ReadonlySet<string>
  readonly groups: ReadonlySet<string>
}

/** Collects those of one configuration after the other, again only when they may have changed. */
export class KnownCallerCollector {
  readonly #collect = remembering(knownCallers)

  collect({ consumers, routes, usagePolicies, accessPolicies }: Snapshot): KnownCallers {
    return this.#collect(consumers, routes, usagePolicies, accessPolicies)
  }
}

function knownCallers(
  consumers: Snapshot['consumers'],
  routes: Snapshot['routes'],
  usagePolicies: Snapshot['usagePolicies'],
  accessPolicies: Snapshot['accessPolicies'],
): KnownCallers {
  return {
    consumers: new Set(consumers.map(({ namespace, name }) => `${namespace}/${name}`)),
    groups: new Set([
      ...consumers.flatMap(({ groups }) => groups),
      ...routes.flatMap(({ match }) => match.groups),
      ...usagePolicies.flatMap(({ match }) => match.groups),
      ...accessPolicies.flatMap(({ subjects }) => [...subjects.groups, ...subjects.notGroups]),
    ]),
  }
}
