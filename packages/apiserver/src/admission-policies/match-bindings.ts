import type { KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionRequest } from '../admission/admission-request.ts'
import { matchResources } from '../admission-matching/match-resources.ts'
import { requestNamespace } from '../admission-matching/request-namespace.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import type { Binding } from './binding.ts'
import { collectParams, paramDefinition } from './collect-params.ts'
import { ConfigurationError } from './configuration-error.ts'
import type { PolicyBase } from './policy-base.ts'

/** One binding of a policy that means a request, with one of its parameters. */
interface MatchedBinding {
  readonly binding: Binding
  readonly params: KubernetesObject | undefined
  readonly fault?: undefined
}

/** A policy or binding that cannot be used as it is configured, and why. */
interface Misconfiguration {
  readonly fault: string
  /** Undefined when the policy itself is at fault. */
  readonly binding: Binding | undefined
}

/** With which bindings and parameters a policy that means a request is evaluated, in their order. */
export function matchBindings(
  policy: PolicyBase,
  bindings: readonly Binding[],
  request: AdmissionRequest,
  context: Pick<ResourceContext, 'registry' | 'storage'>,
): readonly (MatchedBinding | Misconfiguration)[] {
  let definition: ResourceDefinition | undefined
  try {
    definition = paramDefinition(policy, context)
  } catch (error) {
    return [misconfiguration(undefined, error)]
  }
  return bindings.flatMap((binding): (MatchedBinding | Misconfiguration)[] => {
    if (matchResources(binding.constraints, request, context) === undefined) return []
    try {
      const namespace = requestNamespace(request)
      const found = collectParams(definition, binding, namespace, context)
      return found.map((params) => ({ binding, params }))
    } catch (error) {
      return [misconfiguration(binding, error)]
    }
  })
}

function misconfiguration(binding: Binding | undefined, error: unknown): Misconfiguration {
  if (!(error instanceof ConfigurationError)) throw error
  const what = binding === undefined ? 'policy' : 'binding'
  return { binding, fault: `failed to configure ${what}: ${error.message}` }
}
