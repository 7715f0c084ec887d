import type { Logger } from '@fairlead/base'
import type { AdmissionExpressions, KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { fetchConverted } from '../admission-matching/converted-request.ts'
import { isExemptFromPolicies } from '../admission-matching/exempt.ts'
import {
  beginEvaluation,
  matchConditionsBudget,
  policyBudget,
} from '../admission-matching/expression-evaluation.ts'
import { matchResources } from '../admission-matching/match-resources.ts'
import type { Authorizer } from '../auth/authorizer.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import type { Binding } from './binding.ts'
import { evaluatePolicy } from './evaluate-policy.ts'
import { matchBindings } from './match-bindings.ts'
import type { Policy } from './policy.ts'
import { policyDenial, type Denial } from './policy-denial.ts'
import { policyNamespace } from './policy-namespace.ts'
import type { PolicySource } from './policy-source.ts'

interface PolicyOptions {
  readonly context: Pick<ResourceContext, 'registry' | 'storage'>
  readonly source: PolicySource<Policy>
  readonly expressions: AdmissionExpressions
  readonly authorizer: Authorizer
  readonly logger: Logger
}

/** Enforces ValidatingAdmissionPolicies: the first refusal counts, warnings are all given. */
export function validatingPolicies(options: PolicyOptions): AdmissionPlugin {
  const { context, source } = options
  return {
    name: 'ValidatingAdmissionPolicy',
    validate: (request) => {
      const all = source.all()
      if (all.length === 0 || isExemptFromPolicies(request)) return
      const matched = all.flatMap((each) => {
        const as = matchResources(each.policy.constraints, request, context)
        return as === undefined ? [] : [{ ...each, as }]
      })
      const judge = (): void => {
        const denials = matched.flatMap(({ policy, bindings, as }) =>
          enforce(options, request, as, policy, bindings),
        )
        const [first] = denials
        if (first !== undefined) throw policyDenial(request, first)
      }
      const pending = fetchConverted(request, () => matched.map(({ as }) => as))
      return pending === undefined ? judge() : pending.then(judge)
    },
  }
}

function enforce(
  options: PolicyOptions,
  request: AdmissionRequest,
  as: ResourceDefinition,
  policy: Policy,
  bindings: readonly Binding[],
): Denial[] {
  return matchBindings(policy, bindings, request, options.context).flatMap((each) => {
    const { binding, fault } = each
    if (fault === undefined) return decide(options, request, as, policy, each)
    if (policy.ignoresFailures) return []
    const whose = binding === undefined ? {} : { binding: binding.name }
    return [{ policy: policy.name, ...whose, message: fault, reason: '' }]
  })
}

type Parameters = KubernetesObject | undefined

function decide(
  { context, expressions, authorizer, logger }: PolicyOptions,
  request: AdmissionRequest,
  as: ResourceDefinition,
  policy: Policy,
  { binding, params }: { readonly binding: Binding; readonly params: Parameters },
): Denial[] {
  const about = { request, as, params }
  const namespaceObject = policyNamespace(request, context)
  const begin = (subject: typeof about, budget: number) => () =>
    beginEvaluation(expressions, authorizer, subject, budget)
  const { refusals, failures, annotations } = evaluatePolicy(policy, {
    conditions: begin(about, matchConditionsBudget),
    validations: begin({ ...about, ...namespaceObject }, policyBudget),
  })
  const whose = { policy: policy.name, binding: binding.name }
  for (const { message } of refusals) {
    if (binding.actions.includes('Warn')) {
      request.warn(
        `Validation failed for ValidatingAdmissionPolicy '${policy.name}' with binding '${binding.name}': ${message}`,
      )
    }
    if (binding.actions.includes('Audit'))
      logger.info({ ...whose, message }, 'a policy is violated')
  }
  for (const [key, value] of annotations) {
    logger.info({ key: `${policy.name}/${key}`, value }, 'audit annotation')
  }
  const denied = binding.actions.includes('Deny') ? refusals : []
  return [...denied, ...failures].map((refusal) => ({ ...refusal, ...whose }))
}
