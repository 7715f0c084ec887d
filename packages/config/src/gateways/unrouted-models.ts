import type { Snapshot } from '@fairlead/snapshot'
import type { NamedModel } from '../judging/kind-compiler.ts'
import type { Notice } from '../judging/notices.ts'

/**
 * Tells of models that a gateway is to call for a resource and that it has no way to: no rule is for their
 * names, and no default provider serves them. A rule with further conditions may be for them.
 */
export function unroutedModels(
  models: readonly NamedModel[],
  gateway: string,
  { gateway: { defaultProviders }, providers, routes }: Snapshot,
): readonly Notice[] {
  const isRouted = (model: string) =>
    routes.some(({ match }) => match.models.length === 0 || match.models.some(isFor(model))) ||
    defaultProviders.some((key) => {
      const listed = providers.get(key)?.models
      const isListed = listed?.some(({ aliases, name }) => [name, ...aliases].includes(model))
      return listed?.length === 0 || isListed === true
    })
  return models
    .filter(({ model }) => !isRouted(model))
    .map(({ model, path }) => ({
      reason: 'ModelNotRouted',
      message:
        `on LLMGateway ${gateway}, ${path}: no rule of a RoutingPolicy and no default provider is for ` +
        `model ${JSON.stringify(model)}, so that calls of it fail; correct the name, or add a rule`,
    }))
}

const isFor = (model: string) => (pattern: string) =>
  pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : pattern === model
