import type { Logger } from '@fairlead/base'
import { errors, type AdmissionExpressions, type KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { fetchConverted } from '../admission-matching/converted-request.ts'
import { isExempt } from '../admission-matching/exempt.ts'
import {
  beginEvaluation,
  matchConditionsBudget,
  policyBudget,
} from '../admission-matching/expression-evaluation.ts'
import { matchResources } from '../admission-matching/match-resources.ts'
import { isNamespace, requestNamespace } from '../admission-matching/request-namespace.ts'
import type { Authorizer } from '../auth/authorizer.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import type { Binding } from './binding.ts'
import { collectParams, paramDefinition } from './collect-params.ts'
import { ConfigurationError } from './configuration-error.ts'
import { evaluatePolicy } from './evaluate-policy.ts'
import type { Policy } from './policy.ts'
import { policyDenial, type Denial } from './policy-denial.ts'
import type { PolicySource } from './policy-source.ts'

interface PolicyOptions {
  readonly context: Pick<ResourceContext, 'registry' | 'storage'>
  readonly source: PolicySource
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
      if (all.length === 0 || isExempt(request)) return
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
  const { context } = options
  let params: ResourceDefinition | undefined
  try {
    params = paramDefinition(policy, context)
  } catch (error) {
    return misconfigured(policy, undefined, error)
  }
  return bindings.flatMap((binding) => {
    if (matchResources(binding.constraints, request, context) === undefined) return []
    try {
      const namespace = requestNamespace(request)
      return collectParams(params, binding, namespace, context).flatMap((each) =>
        decide(options, request, as, policy, binding, each),
      )
    } catch (error) {
      return misconfigured(policy, binding, error)
    }
  })
}

function decide(
  { context, expressions, authorizer, logger }: PolicyOptions,
  request: AdmissionRequest,
  as: ResourceDefinition,
  policy: Policy,
  binding: Binding,
  params: KubernetesObject | undefined,
): Denial[] {
  const about = { request, as, params }
  const namespaceObject = namespaceOf(request, context)
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

/** The Namespace that a request is in; none for the cluster's objects and for Namespaces. */
function namespaceOf(
  request: AdmissionRequest,
  { storage }: Pick<ResourceContext, 'storage'>,
): { namespaceObject?: KubernetesObject } {
  if (request.namespace === '' || isNamespace(request)) return {}
  const key = { resource: 'namespaces', namespace: '', name: request.namespace }
  const namespaceObject = storage.get(key)
  if (namespaceObject === undefined) throw errors.notFound('namespaces', request.namespace)
  return { namespaceObject }
}

function misconfigured(policy: Policy, binding: Binding | undefined, error: unknown): Denial[] {
  if (!(error instanceof ConfigurationError)) throw error
  if (policy.ignoresFailures) return []
  const what = binding === undefined ? 'policy' : 'binding'
  return [
    {
      policy: policy.name,
      ...(binding === undefined ? {} : { binding: binding.name }),
      message: `failed to configure ${what}: ${error.message}`,
      reason: '',
    },
  ]
}
