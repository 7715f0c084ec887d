import type {
  AccessAnswer,
  AccessQuestion,
  AdmissionEvaluation,
  AdmissionExpressions,
  KubernetesObject,
} from '@fairlead/kube-core'

import type { AdmissionRequest } from '../admission/admission-request.ts'
import type { Authorizer } from '../auth/authorizer.ts'
import { authenticated, serviceAccountUser, type User } from '../auth/user.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { convertedRequest } from './converted-request.ts'
import { describeRequest } from './described-request.ts'

/** What the expressions of match conditions may cost together, as in Kubernetes. */
export const matchConditionsBudget = 2_500_000
/** What the expressions of one binding of a policy may cost together, as in Kubernetes. */
export const policyBudget = 10_000_000

/** What one evaluation is about. */
interface Evaluated {
  readonly request: AdmissionRequest
  readonly as: ResourceDefinition
  readonly params?: KubernetesObject | undefined
  readonly namespaceObject?: KubernetesObject | undefined
}

/** Begins evaluating expressions about a request. */
export function beginEvaluation(
  expressions: AdmissionExpressions,
  authorizer: Authorizer,
  { request, as, params, namespaceObject }: Evaluated,
  budget: number,
): AdmissionEvaluation {
  const { object, oldObject } = convertedRequest(request, as)
  const { definition, namespace, name, subresource = '' } = request
  return expressions.begin(
    {
      object,
      oldObject,
      request: describeRequest(request, as),
      params,
      namespaceObject,
      requestResource: {
        group: definition.group,
        resource: definition.plural,
        subresource,
        namespace,
        name,
      },
    },
    (question) => decide(authorizer, request.user, question),
    budget,
  )
}

function decide(authorizer: Authorizer, user: User, question: AccessQuestion): AccessAnswer {
  const { account, ...access } = question
  return authorizer.authorize(account === undefined ? user : accountUser(account), access)
}

function accountUser({ namespace, name }: NonNullable<AccessQuestion['account']>): User {
  return authenticated(serviceAccountUser(namespace, name))
}
