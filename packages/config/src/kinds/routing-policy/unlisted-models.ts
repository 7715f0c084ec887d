import { LLMProvider, type RoutingRule } from '@fairlead/api'
import type { LLMProviderSettings, RouteTarget } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'

/** As many of a provider's models as a message names. */
const namedMax = 10

/** The names and aliases of the models that a provider lists, one in each line. */
function namesListedBy(settings: unknown): string {
  const { models } = settings as LLMProviderSettings
  return models.flatMap(({ name, aliases }) => [name, ...aliases]).join('\n')
}

/**
 * Tells of models that a rule asks a provider for and that the provider does not list. A provider
 * that lists none answers for all.
 */
export function noticeUnlistedModels(
  { match, name }: Pick<RoutingRule, 'match' | 'name'>,
  targets: readonly Pick<RouteTarget, 'name' | 'provider' | 'model'>[],
  findings: Findings,
): void {
  for (const target of targets) {
    const text = findings.read({ kind: LLMProvider.kind, key: target.provider }, namesListedBy)
    if (text === undefined || text === '') continue
    const names = text.split('\n')
    const asked = target.model === undefined ? exactNames(match.models) : [target.model]
    for (const model of asked) {
      if (names.includes(model)) continue
      findings.notices.push({
        reason: 'ModelNotListed',
        message:
          `rule ${name}, target ${target.name}: LLMProvider ${target.provider} does not list model ` +
          `${JSON.stringify(model)}, only ${shown(names)}; correct the name, or add the model to ` +
          'spec.models of the provider',
      })
    }
  }
}

const exactNames = (patterns: readonly string[]): readonly string[] =>
  patterns.filter((pattern) => !pattern.endsWith('*'))

function shown(names: readonly string[]): string {
  const more = names.length - namedMax
  const first = names.slice(0, namedMax).join(', ')
  return more > 0 ? `${first} and ${more} more` : first
}
