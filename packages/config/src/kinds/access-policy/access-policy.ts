import { AccessPolicy } from '@fairlead/api'
import type { AccessPolicySettings } from '@fairlead/snapshot'
import { checkCondition } from '../../judging/check-condition.ts'
import type { Findings } from '../../judging/findings.ts'
import type { KindCompiler } from '../../judging/kind-compiler.ts'
import { qualified } from '../../judging/policy-match.ts'
import { enforcedConditionType, narrowedTargets } from '../../judging/policy-attachment.ts'
import { compileTargets, policyTargetTypes } from '../../judging/policy-targets.ts'
import { frozenCopy } from '../../values/freeze.ts'
import { identityOf, namespaceOf } from '../../values/resource-key.ts'

/** A target that cannot be resolved is left out; a policy without any holds nowhere. */
export const accessPolicy: KindCompiler<AccessPolicy, AccessPolicySettings> = {
  type: AccessPolicy,
  references: policyTargetTypes,
  conditionTypes: [enforcedConditionType],
  compile: compilePolicy,
  attachment: {
    references: ({ spec }) => spec.targetRefs,
    narrowed: narrowedTargets,
    isShadow: ({ mode }) => mode === 'Shadow',
  },
  unsupportedFields: () => [
    {
      path: 'spec.resources.features[]',
      unless: [
        'Streaming',
        'Tools',
        'Vision',
        'Audio',
        'StructuredOutput',
        'Conversations',
        'Prompts',
      ],
      instead: 'files in messages are not recognised, and pass',
    },
  ],
  contribute: (members) => ({ accessPolicies: members.map(({ settings }) => settings) }),
}

function compilePolicy(policy: AccessPolicy, findings: Findings): AccessPolicySettings {
  const { targetRefs, action, mode, subjects, resources } = policy.spec
  const namespace = namespaceOf(policy)
  const cel = subjects.cel.trim()
  checkCondition(cel, 'spec.subjects.cel', findings)
  return {
    ...identityOf(policy),
    targets: compileTargets(targetRefs, findings),
    action,
    mode,
    subjects: {
      groups: frozenCopy(subjects.groups),
      notGroups: frozenCopy(subjects.notGroups),
      consumers: qualified(subjects.consumers, namespace),
      serviceAccounts: qualified(subjects.serviceAccounts, namespace),
      claims: subjects.claims.map(({ name, value }) => ({ name, value })),
      cel,
    },
    resources: {
      models: frozenCopy(resources.models),
      providers: qualified(resources.providers, namespace),
      promptTemplates: qualified(resources.promptTemplates, namespace),
      personas: qualified(resources.personas, namespace),
      tools: frozenCopy(resources.tools),
      features: frozenCopy(resources.features),
    },
  }
}
