import type { ConfigValue } from './config-section.ts'
import type { Deployment } from './deployment.ts'
import type { ModelGroups } from './model-groups.ts'
import { modelFor } from './wildcard-models.ts'

/** A deployment under the name of a model that has fallbacks of its own. */
interface ReachedDeployment {
  readonly from: Deployment
  readonly deployment: Deployment
}

/**
 * Names with fallbacks of their own that no group has, such as one model of a pattern, or an alias: the
 * deployments that calls of such a name reach, as those of a group of that name. A name that reaches
 * none is told.
 */
export function reachedDeployments(
  subjects: ReadonlyMap<string, ConfigValue>,
  names: ReadonlySet<string>,
  groups: ModelGroups,
): readonly ReachedDeployment[] {
  return [...subjects].flatMap(([name, place]) => {
    if (names.has(name)) return []
    const reached = groups.find(name)?.deployments ?? []
    if (reached.length === 0) place.note('lost', `there is no model group ${JSON.stringify(name)}`)
    return reached.map((from) => ({
      from,
      deployment: {
        ...from,
        id: undefined,
        group: name,
        model: modelFor(name, from.group, from.model),
      },
    }))
  })
}
