import { PromptTemplate } from '@fairlead/api'
import {
  type AdmissionRequest,
  type Manager,
  userMay,
  webhookBuilder,
} from '@fairlead/controller-runtime'
import { errors, goQuote } from '@fairlead/kube-core'
import { publishVerb } from '../publish-verb.ts'
import { publishes } from './published-prompts.ts'

/** Labels and status of an exposed prompt, or one that is not exposed, are nobody's concern here. */
const concerns = {
  name: 'exposed',
  expression:
    "has(object.spec.expose) && (request.operation == 'CREATE' || object.spec != oldObject.spec)",
}

/**
 * Adds the webhook that asks who exposes a PromptTemplate. It guards something, so the API server
 * refuses such a write when nobody answers.
 */
export function guardPublishing(manager: Pick<Manager, 'webhooks' | 'client'>): void {
  const mayPublish = async (request: AdmissionRequest): Promise<void> => {
    if (await userMay(manager.client, request, publishVerb)) return
    throw forbidden(request)
  }
  webhookBuilder(manager)
    .for<PromptTemplate>(PromptTemplate)
    .validates(
      {
        create: async (template, request) => {
          if (publishes(template as PromptTemplate, undefined)) await mayPublish(request)
        },
        update: async (template, old, request) => {
          const is = template as PromptTemplate
          if (publishes(is, old as PromptTemplate)) await mayPublish(request)
        },
      },
      {
        name: 'publish.prompttemplate.admission.fairlead.dev',
        path: '/publish-fairlead-dev-prompttemplate',
        failurePolicy: 'Fail',
        timeoutSeconds: 5,
        matchConditions: [concerns],
      },
    )
    .build()
}

/** In Kubernetes' words for what a role does not allow, and what to do. */
function forbidden({ user: { username }, namespace, name, resource }: AdmissionRequest) {
  const { group, resource: plural } = resource
  return errors.forbidden(
    `${plural}.${group}`,
    name,
    `User ${goQuote(username)} cannot ${publishVerb} resource ${goQuote(plural)} in API group ` +
      `${goQuote(group)} in the namespace ${goQuote(namespace)}: ` +
      `what callers get at a path of the gateway (spec.expose) is changed by who may ${publishVerb}; ` +
      'leave spec.expose and the rollout as they are, or have a role with that verb',
  )
}
