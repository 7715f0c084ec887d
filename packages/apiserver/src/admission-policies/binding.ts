import { arrayOrEmpty, isJsonObject, objectOrEmpty } from '@fairlead/base'
import type { KubernetesObject, LabelSelector } from '@fairlead/kube-core'

import { parseSelector } from '../admission-matching/label-match.ts'
import { parseMatchResources, type MatchResources } from '../admission-matching/match-resources.ts'

/** The binding of a policy. */
export interface Binding {
  readonly name: string
  readonly policyName: string
  /** Deny, Warn and Audit; none of a mutating policy. */
  readonly actions: readonly string[]
  readonly constraints: MatchResources
  readonly params: ParamReference | undefined
}

/** Which objects are parameters: by name, or by labels. */
interface ParamReference {
  /** Empty when the labels choose. */
  readonly name: string
  /** Empty for the namespace of the request. */
  readonly namespace: string
  readonly selector: LabelSelector
  readonly deniesWithout: boolean
}

/** Reads a validated binding. */
export function parseBinding(binding: KubernetesObject): Binding {
  const { policyName, validationActions, matchResources, paramRef } = objectOrEmpty(binding['spec'])
  return {
    name: binding.metadata.name ?? '',
    policyName: String(policyName),
    actions: arrayOrEmpty(validationActions).map(String),
    constraints: parseMatchResources(matchResources),
    params: isJsonObject(paramRef) ? parseReference(paramRef) : undefined,
  }
}

function parseReference({
  name,
  namespace,
  selector,
  parameterNotFoundAction,
}: Record<string, unknown>): ParamReference {
  return {
    name: typeof name === 'string' ? name : '',
    namespace: typeof namespace === 'string' ? namespace : '',
    selector: parseSelector(selector),
    deniesWithout: parameterNotFoundAction === 'Deny',
  }
}
