import { canonicalJson } from '@fairlead/base'
import { CachePolicy } from '@fairlead/api'
import type { CachePolicySettings, PolicyTarget } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import type { Claim, KindCompiler } from '../../judging/kind-compiler.ts'
import { enforcedConditionType, narrowedTargets } from '../../judging/policy-attachment.ts'
import { compilePolicyMatch } from '../../judging/policy-match.ts'
import { compileTargets, policyTargetTypes } from '../../judging/policy-targets.ts'
import { comparePrecedence } from '../../judging/precedence.ts'
import { identityOf, namespaceOf } from '../../values/resource-key.ts'

const maxTemperature = 2

/** Of several policies for the same calls at the same target one applies; the others lose the target. */
export const cachePolicy: KindCompiler<CachePolicy, CachePolicySettings> = {
  type: CachePolicy,
  references: policyTargetTypes,
  conditionTypes: [enforcedConditionType],
  compile: compilePolicy,
  attachment: {
    references: ({ spec }) => spec.targetRefs,
    narrowed: narrowedTargets,
  },
  claims: {
    of: (settings) => settings.targets.map((target) => claimOf(target, settings)),
    without: (settings, lost) => {
      const targets = settings.targets.filter(
        (target) => !lost.has(claimOf(target, settings).subject),
      )
      return targets.length === 0 ? undefined : { ...settings, targets }
    },
    describeLoss: ({ name }, winner) => `calls at ${name} are cached by ${winner}, instead`,
    refuses: true,
  },
  contribute: (members) => ({
    cachePolicies: members
      .toSorted((one, other) => comparePrecedence(one.resource, other.resource))
      .map(({ settings }) => settings),
  }),
}

/** Policies for other calls at the target do not stand in each other's way. */
function claimOf(target: PolicyTarget, { match }: CachePolicySettings): Claim {
  return { subject: canonicalJson([target, match]), name: `${target.kind} ${target.key}` }
}

function compilePolicy(policy: CachePolicy, findings: Findings): CachePolicySettings {
  const { cacheable, match, scope, store, targetRefs, ttl } = policy.spec
  const temperature = Number(cacheable.maxTemperature)
  if (temperature > maxTemperature) {
    findings.reject(
      `spec.cacheable.maxTemperature: no model takes more than ${maxTemperature}; lower it`,
    )
  }
  return {
    ...identityOf(policy),
    targets: compileTargets(targetRefs, findings),
    match: compilePolicyMatch(match, namespaceOf(policy), findings),
    ttlMs: findings.durationWithin(ttl, 'spec.ttl', ['1s', '720h']),
    scope,
    cacheable: {
      maxTemperature: temperature,
      tools: cacheable.tools,
      maxBytes: cacheable.maxBytes,
    },
    store: { maxEntries: store.maxEntries, maxBytes: store.maxBytes },
  }
}
