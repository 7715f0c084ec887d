import { apiApproval, type CustomResourceDefinitionObject } from '@fairlead/kube-core'

import { hasInvalidCaBundle } from './ca-bundle.ts'
import { isTrue, statusOf, type DefinitionCondition } from './definition-status.ts'

type NewCondition = Omit<DefinitionCondition, 'lastTransitionTime'>

/**
 * What the server says of a definition: whether its names are accepted, whether its kind is served,
 * which once true stays so, and, in a group of the Kubernetes project, whether its API is approved.
 *
 * @param conflict the name that it wants and another definition has
 */
export function conditionsOf(
  definition: CustomResourceDefinitionObject,
  conflict: { readonly reason: string; readonly message: string } | undefined,
): NewCondition[] {
  const names: NewCondition =
    conflict === undefined
      ? {
          type: 'NamesAccepted',
          status: 'True',
          reason: 'NoConflicts',
          message: 'no conflicts found',
        }
      : { type: 'NamesAccepted', status: 'False', ...conflict }
  return [names, ...established(definition, conflict !== undefined), ...approval(definition)]
}

/** As the naming and establishing controllers of Kubernetes' apiextensions-apiserver. */
function established(
  definition: CustomResourceDefinitionObject,
  hasConflict: boolean,
): NewCondition[] {
  const type = 'Established'
  if (isTrue(statusOf(definition), type)) return []
  if (hasConflict) {
    const message = 'not all names are accepted'
    return [{ type, status: 'False', reason: 'NotAccepted', message }]
  }
  if (hasInvalidCaBundle(definition)) {
    const message = 'The conversion webhook CABundle is invalid'
    return [{ type, status: 'False', reason: 'InvalidCABundle', message }]
  }
  const message = 'the initial names have been accepted'
  return [{ type, status: 'True', reason: 'InitialNamesAccepted', message }]
}

const approvalReasons = {
  missing: 'MissingAnnotation',
  bypassed: 'UnapprovedAnnotation',
  approved: 'ApprovedAnnotation',
  invalid: 'InvalidAnnotation',
} as const

function approval(definition: CustomResourceDefinitionObject): NewCondition[] {
  const found = apiApproval(definition)
  if (found === undefined) return []
  return [
    {
      type: 'KubernetesAPIApprovalPolicyConformant',
      status: found.state === 'approved' ? 'True' : 'False',
      reason: approvalReasons[found.state],
      message: found.reason,
    },
  ]
}
