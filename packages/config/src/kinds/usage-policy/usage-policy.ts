import { Consumer, LLMGateway, LLMProvider, UsagePolicy } from '@fairlead/api'
import type { OnExceeded, UsagePolicySettings, UsageSubject } from '@fairlead/snapshot'
import { checkTextExpression } from '../../judging/check-condition.ts'
import type { Findings } from '../../judging/findings.ts'
import type { KindCompiler } from '../../judging/kind-compiler.ts'
import { compilePolicyMatch } from '../../judging/policy-match.ts'
import { enforcedConditionType, narrowedTargets } from '../../judging/policy-attachment.ts'
import { compileTargets, policyTargetTypes } from '../../judging/policy-targets.ts'
import { identityOf, namespaceOf } from '../../values/resource-key.ts'
import { compileLimit, refusesAll } from './compile-limit.ts'

/** A target that cannot be resolved is left out; a policy without any holds nowhere. */
export const usagePolicy: KindCompiler<UsagePolicy, UsagePolicySettings> = {
  type: UsagePolicy,
  references: policyTargetTypes,
  conditionTypes: [enforcedConditionType],
  compile: compilePolicy,
  attachment: {
    references: ({ spec }) => spec.targetRefs,
    narrowed: narrowedTargets,
    isShadow: ({ mode }) => mode === 'Shadow',
  },
  contribute: (members) => ({ usagePolicies: members.map(({ settings }) => settings) }),
}

function compilePolicy(policy: UsagePolicy, findings: Findings): UsagePolicySettings {
  const { spec } = policy
  return {
    ...identityOf(policy),
    targets: compileTargets(spec.targetRefs, findings),
    match: compilePolicyMatch(spec.match, namespaceOf(policy), findings),
    per: spec.per.map((subject, index) => compileSubject(subject, `spec.per[${index}]`, findings)),
    limits: spec.limits.map((limit, index) =>
      compileLimit(limit, `spec.limits[${index}]`, findings),
    ),
    concurrency: compileConcurrency(policy, findings),
    mode: spec.mode,
    onExceeded: compileOnExceeded(policy, findings),
    onStoreFailure: spec.onStoreFailure,
    reservation: spec.reservation,
    charges: { replayed: spec.charges.replayed, refused: spec.charges.refused },
  }
}

const words = ['Consumer', 'Group', 'Key', 'EndUser', 'Model', 'Provider'] as const

function compileSubject(text: string, path: string, findings: Findings): UsageSubject {
  const by = words.find((word) => word === text)
  if (by !== undefined) return { by }
  const cel = text.slice('cel:'.length).trim()
  checkTextExpression(cel, path, findings)
  return { by: 'CEL', cel }
}

function compileConcurrency({ spec }: UsagePolicy, findings: Findings): number | undefined {
  if (spec.concurrency === 0) {
    findings.reject(`spec.concurrency: a concurrency of 0 ${refusesAll}, or give 1 or more`)
  }
  return spec.concurrency
}

function compileOnExceeded({ spec }: UsagePolicy, findings: Findings): OnExceeded {
  const { action, maxWait = '5s', maxLength = 100, model = '' } = spec.onExceeded
  const path = 'spec.onExceeded'
  if (action !== 'Reject' && countsAttempts(spec)) {
    findings.reject(
      `${path}.action: with a target LLMProvider, or Provider in spec.per, attempts are counted, and a provider without room is passed over: ` +
        'use Reject, or another policy for the calls',
    )
  }
  switch (action) {
    case 'Queue': {
      const maxWaitMs = findings.durationWithin(maxWait, `${path}.maxWait`, ['1ms', '60s'])
      return { action, maxWaitMs, maxLength }
    }
    case 'Route':
      if (refusesToo(model, spec)) {
        findings.reject(
          `${path}.model: calls of ${model} count in the same counters, which would refuse them as well: ` +
            'name in spec.match.models the models that the policy is for, without this one, ' +
            'or add Model to spec.per',
        )
      }
      return { action, model }
    case 'Reject':
      return { action }
  }
}

/** Whether it is about who is asked, so that each attempt is counted and not the call. */
function countsAttempts({ per, targetRefs }: UsagePolicy['spec']): boolean {
  return per.includes('Provider') || targetRefs.some(({ kind }) => kind === LLMProvider.kind)
}

/**
 * Whether a call that is made with this model instead is for certain counted where it would not fit.
 * At a route, provider or prompt another model may lead elsewhere, and a condition may tell it apart.
 * Of what is left of a limit of cost, a call of a cheaper model may still have enough.
 */
function refusesToo(
  model: string,
  { concurrency, limits, match, per, targetRefs }: UsagePolicy['spec'],
): boolean {
  if (concurrency === undefined && limits.every(({ cost }) => cost !== undefined)) return false
  const stays = targetRefs.some(({ kind }) => kind === LLMGateway.kind || kind === Consumer.kind)
  const isMeant = match.models.length === 0 || match.models.some((name) => matches(name, model))
  return stays && isMeant && match.cel.trim() === '' && !per.includes('Model')
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
