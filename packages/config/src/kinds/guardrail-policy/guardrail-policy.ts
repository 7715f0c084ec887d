import { compareText } from '@fairlead/base'
import { GuardrailPolicy } from '@fairlead/api'
import type { GuardrailPolicySettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import type { KindCompiler } from '../../judging/kind-compiler.ts'
import { enforcedConditionType, narrowedTargets } from '../../judging/policy-attachment.ts'
import { compilePolicyMatch } from '../../judging/policy-match.ts'
import { compileTargets, policyTargetTypes } from '../../judging/policy-targets.ts'
import { identityOf, namespaceOf } from '../../values/resource-key.ts'
import { compileGuard } from './compile-guard.ts'
import { compileTransform } from './compile-transform.ts'

/** A target that cannot be resolved is left out; a policy without any holds nowhere. */
export const guardrailPolicy: KindCompiler<GuardrailPolicy, GuardrailPolicySettings> = {
  type: GuardrailPolicy,
  references: policyTargetTypes,
  conditionTypes: [enforcedConditionType],
  compile: compilePolicy,
  attachment: {
    references: ({ spec }) => spec.targetRefs,
    narrowed: narrowedTargets,
    isShadow: ({ mode }) => mode === 'Shadow',
  },
  contribute: (members) => ({
    guardrailPolicies: members.map(({ settings }) => settings).toSorted(byOrder),
  }),
}

function byOrder(one: GuardrailPolicySettings, other: GuardrailPolicySettings): number {
  return (
    one.order - other.order ||
    compareText(one.name, other.name) ||
    compareText(one.namespace, other.namespace)
  )
}

function compilePolicy(policy: GuardrailPolicy, findings: Findings): GuardrailPolicySettings {
  const { failureMode, guards, match, mode, order, refusal, stream, targetRefs, transforms } =
    policy.spec
  if (guards.length + transforms.length === 0) {
    findings.reject('spec: it does nothing: give guards or transforms')
  }
  if (mode === 'Shadow' && transforms.length > 0) {
    findings.reject(
      'spec.mode: transforms have no Shadow: use Enforce, or a policy of their own for them',
    )
  }
  return {
    ...identityOf(policy),
    targets: compileTargets(targetRefs, findings),
    match: compilePolicyMatch(match, namespaceOf(policy), findings),
    order,
    guards: guards.map((guard, index) =>
      compileGuard(guard, `spec.guards[${index}]`, stream, findings),
    ),
    transforms: transforms.map((transform, index) =>
      compileTransform(transform, `spec.transforms[${index}]`, findings),
    ),
    stream: { mode: stream.mode, window: stream.window },
    mode,
    refusal: refusal.message,
    failureMode,
  }
}
