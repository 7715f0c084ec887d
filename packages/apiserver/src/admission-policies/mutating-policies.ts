import {
  deepEqual,
  type AdmissionEvaluation,
  type AdmissionExpressions,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { AdmissionPlugin, MutationPass } from '../admission/admission-plugin.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { Reinvocation } from '../admission/reinvocation.ts'
import { fetchConverted } from '../admission-matching/converted-request.ts'
import { isExemptFromPolicies } from '../admission-matching/exempt.ts'
import {
  beginEvaluation,
  matchConditionsBudget,
  policyBudget,
} from '../admission-matching/expression-evaluation.ts'
import { checkConditions } from '../admission-matching/match-conditions.ts'
import { matchResources } from '../admission-matching/match-resources.ts'
import type { Authorizer } from '../auth/authorizer.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import type { Binding } from './binding.ts'
import { matchBindings } from './match-bindings.ts'
import { mutateObject, MutationError } from './mutate-object.ts'
import { mutatingDenial, type MutationFailure } from './mutating-denial.ts'
import type { MutatingPolicy } from './mutating-policy.ts'
import { defineVariables } from './policy-base.ts'
import { policyNamespace } from './policy-namespace.ts'
import type { PolicySource } from './policy-source.ts'

const pluginName = 'MutatingAdmissionPolicy'

interface PolicyOptions {
  readonly context: Pick<ResourceContext, 'registry' | 'storage'>
  readonly source: PolicySource<MutatingPolicy>
  readonly expressions: AdmissionExpressions
  readonly authorizer: Authorizer
}

/** A policy that means a request, with one of its bindings and one parameter. */
interface Invocation {
  readonly policy: MutatingPolicy
  readonly binding: Binding
  readonly params: KubernetesObject | undefined
  readonly as: ResourceDefinition
}

/**
 * Carries out MutatingAdmissionPolicies, one after the other. When one of them changes the object,
 * those that want it (`reinvocationPolicy: IfNeeded`) are asked once more.
 */
export function mutatingPolicies(options: PolicyOptions): AdmissionPlugin {
  return {
    name: pluginName,
    mutate: (request, pass) => {
      if (options.source.all().length === 0 || isExemptFromPolicies(request)) return undefined
      // There is nothing to change in what is deleted.
      return request.operation === 'DELETE' ? undefined : mutate(options, request, pass)
    },
  }
}

async function mutate(
  options: PolicyOptions,
  request: AdmissionRequest,
  pass: MutationPass,
): Promise<KubernetesObject | undefined> {
  const { invocations, failures } = invocationsFor(options, request)
  if (invocations.length === 0) refuseFor(failures, request)
  if (invocations.length === 0) return undefined
  const reinvocation = Reinvocation.of(pluginName, pass)
  reinvocation.begin(request.object, pass)
  const namespace = policyNamespace(request, options.context)
  let { object } = request
  for (const invocation of invocations) {
    const current = { ...request, ...(object === undefined ? {} : { object }) }
    const pending = fetchConverted(current, () => [invocation.as])
    if (pending !== undefined) await pending
    const verdict = checkConditions(
      invocation.policy.conditions,
      begin(options, invocation, current, matchConditionsBudget),
    )
    if ('error' in verdict) failures.push(...failureOf(invocation, verdict.error))
    if ('error' in verdict || !verdict.matches) continue
    const id = idOf(invocation)
    if (!reinvocation.isDue(id, pass)) continue
    const changed = await carryOut(options, invocation, current, namespace, failures)
    if (!deepEqual(object, changed)) reinvocation.changed(pass)
    object = changed
    if (invocation.policy.isReinvoked) reinvocation.wants(id)
  }
  // Those that were asked last may still change what they themselves have made.
  if (object !== request.object) reinvocation.changed(pass)
  reinvocation.end(object)
  refuseFor(failures, request)
  return object
}

/** @throws StatusError 403 when there are failures */
function refuseFor(
  [first, ...others]: readonly MutationFailure[],
  request: AdmissionRequest,
): void {
  if (first !== undefined) throw mutatingDenial(request, [first, ...others])
}

/** The object with a policy's mutations, without those that fail. */
async function carryOut(
  options: PolicyOptions,
  invocation: Invocation,
  request: AdmissionRequest,
  namespace: NamespaceVariable,
  failures: MutationFailure[],
): Promise<KubernetesObject | undefined> {
  const { policy, as } = invocation
  let { object } = request
  for (const mutation of policy.mutations) {
    if (object === undefined) return undefined
    const current = { ...request, object }
    const evaluation = begin(options, invocation, current, policyBudget, namespace)
    defineVariables(policy, evaluation)
    try {
      object = await mutateObject(mutation, current, as, evaluation)
    } catch (error) {
      if (!(error instanceof MutationError)) throw error
      failures.push(...failureOf(invocation, error.message))
    }
  }
  return object
}

type NamespaceVariable = ReturnType<typeof policyNamespace>

function begin(
  { expressions, authorizer }: PolicyOptions,
  { as, params }: Invocation,
  request: AdmissionRequest,
  budget: number,
  namespace: NamespaceVariable = {},
): AdmissionEvaluation {
  return beginEvaluation(expressions, authorizer, { request, as, params, ...namespace }, budget)
}

function invocationsFor(
  { source, context }: PolicyOptions,
  request: AdmissionRequest,
): { readonly invocations: readonly Invocation[]; readonly failures: MutationFailure[] } {
  const failures: MutationFailure[] = []
  const invocations = source.all().flatMap(({ policy, bindings }) => {
    const as = matchResources(policy.constraints, request, context)
    if (as === undefined) return []
    return matchBindings(policy, bindings, request, context).flatMap((each): Invocation[] => {
      const { binding, fault } = each
      if (fault === undefined) return [{ policy, binding: each.binding, params: each.params, as }]
      const whose = { policy: policy.name, binding: binding?.name }
      if (!policy.ignoresFailures) failures.push({ ...whose, message: fault, reason: '' })
      return []
    })
  })
  return { invocations, failures }
}

function failureOf({ policy, binding }: Invocation, message: string): MutationFailure[] {
  if (policy.ignoresFailures) return []
  return [{ policy: policy.name, binding: binding.name, message, reason: 'Invalid' }]
}

function idOf({ policy, binding, params }: Invocation): string {
  const { namespace = '', name = '' } = params?.metadata ?? {}
  return [policy.name, binding.name, namespace, name].join('/')
}
