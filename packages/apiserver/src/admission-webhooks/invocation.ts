import { errors, type AdmissionExpressions } from '@fairlead/kube-core'

import type { Authorizer } from '../auth/authorizer.ts'
import { resourceName, type ResourceDefinition } from '../definitions/resource-definition.ts'
import {
  beginEvaluation,
  matchConditionsBudget,
} from '../admission-matching/expression-evaluation.ts'
import { checkConditions } from '../admission-matching/match-conditions.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { isExemptFromWebhooks } from '../admission-matching/exempt.ts'
import { namespaceMatches, objectMatches } from '../admission-matching/label-match.ts'
import { matchedResource } from '../admission-matching/matched-resource.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import type { Webhook } from './webhook.ts'

/** What a webhook is asked about. */
export interface Invocation {
  readonly webhook: Webhook
  /** The request as it was made. */
  readonly request: AdmissionRequest
  /** The resource that the webhook's rules mean, which may be another version. */
  readonly as: ResourceDefinition
}

/** What is needed to know whether a webhook is to be called. */
export interface InvocationContext extends Pick<ResourceContext, 'registry' | 'storage'> {
  readonly expressions: AdmissionExpressions
  readonly authorizer: Authorizer
}

/**
 * Whether a webhook is to be called.
 * @throws StatusError 404 when its selector asks for a namespace that does not exist, 403 when its
 * conditions cannot be evaluated
 */
export function invocationFor(
  webhook: Webhook,
  request: AdmissionRequest,
  { registry, storage, expressions, authorizer }: InvocationContext,
): Invocation | undefined {
  if (isExemptFromWebhooks(request)) return undefined
  const as = matchedBy(webhook, request, { registry })
  if (as === undefined || !objectMatches(webhook.objectSelector, request)) return undefined
  if (!namespaceMatches(webhook.namespaceSelector, request, storage)) return undefined
  if (webhook.conditions.length > 0) {
    const evaluation = beginEvaluation(
      expressions,
      authorizer,
      { request, as },
      matchConditionsBudget,
    )
    const verdict = checkConditions(webhook.conditions, evaluation)
    if ('error' in verdict) {
      if (webhook.ignoresFailures) return undefined
      throw errors.forbidden(resourceName(request.definition), request.name, verdict.error)
    }
    if (!verdict.matches) return undefined
  }
  return { webhook, request, as }
}

/** As which resource a webhook's rules mean a request; undefined when they do not. */
export function matchedBy(
  { rules, matchPolicy }: Webhook,
  request: AdmissionRequest,
  { registry }: Pick<ResourceContext, 'registry'>,
): ResourceDefinition | undefined {
  return matchedResource(rules, matchPolicy, request, registry)
}
