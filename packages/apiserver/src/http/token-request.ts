import { arrayOrEmpty, isJsonObject } from '@fairlead/base'
import {
  errors,
  type FieldError,
  type KubernetesObject,
  timestamp,
  trackUpdate,
} from '@fairlead/kube-core'

import type { ServiceAccountTokens } from '../auth/service-account-token.ts'
import { tokenRequestKind } from '../core-kinds/authentication/token-request.ts'
import { recordAt } from '../definitions/fields.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, type Handled } from '../exchange/api-response.ts'
import { mutated, subresourceCreation } from '../resources/admit.ts'
import { decodeObject } from '../resources/decode-object.ts'
import { getObject } from '../resources/get-object.ts'
import type { WriteContext } from '../resources/resource-context.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import { boundObjects } from './bound-object.ts'
import { decodeBody } from './decode-body.ts'
import { optionsOfWrite } from './options-of-write.ts'

const qualifiedKind = 'TokenRequest.authentication.k8s.io'
const tokenRequest = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
} as const
const lifetimeDefaultS = 3600
const lifetimeMinS = 600
const lifetimeMaxS = 2 ** 32

/**
 * `POST …/serviceaccounts/x/token`: issues a token for the account, as TokenREST in Kubernetes'
 * registry of service accounts. @throws StatusError
 */
export async function createToken(
  tokens: ServiceAccountTokens,
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
): Promise<Handled> {
  if (request.method !== 'POST') {
    throw errors.methodNotSupported('serviceaccounts', request.method)
  }
  const options = optionsOfWrite(request)
  const body = decodeBody(request.body, request.contentType, tokenRequestKind)
  const intended = subresourceCreation(context, target, tokenRequest, options)
  const question = await mutated(context, intended, decodeObject(tokenRequestKind, body, options))
  refuseOtherNames(question, target)
  const account = await getObject(context, target)
  const now = context.clock.now()
  const tracked = trackUpdate({
    before: tokenRequestKind.empty,
    after: question,
    schema: tokenRequestKind.schema,
    manager: options.fieldManager,
    now: timestamp(now),
    subresource: 'token',
  })
  const spec = recordAt(question, 'spec')
  const lifetimeSeconds = lifetimeOf(spec['expirationSeconds'])
  const given = arrayOrEmpty(spec['audiences']).map(String)
  const audiences = given.length === 0 ? tokens.audiences : given
  const named = { ...question.metadata, name: target.name, namespace: target.namespace }
  await context.admission.validate({
    ...intended,
    object: {
      ...question,
      metadata: named,
      spec: { ...spec, audiences, expirationSeconds: lifetimeSeconds },
    },
  })
  const reference = isJsonObject(spec['boundObjectRef']) ? spec['boundObjectRef'] : undefined
  const { namespace, name } = target
  const owner = { namespace, name, uid: account.metadata.uid ?? '' }
  const token = tokens.issue({
    account: owner,
    lifetimeSeconds,
    audiences,
    ...(reference === undefined ? {} : { bound: boundObjects(context.storage, owner, reference) }),
  })
  return jsonResponse(201, {
    ...tracked,
    metadata: { ...tracked.metadata, name, namespace, creationTimestamp: timestamp(now) },
    spec: { audiences, expirationSeconds: lifetimeSeconds, boundObjectRef: reference ?? null },
    status: { token, expirationTimestamp: timestamp(now + lifetimeSeconds * 1000) },
  })
}

function refuseOtherNames({ metadata }: KubernetesObject, target: ObjectTarget): void {
  for (const field of ['name', 'namespace'] as const) {
    const given = metadata[field]
    if (!given || given === target[field]) continue
    const detail = `must match the service account ${field} if specified`
    throw refusal(target.name, `metadata.${field}`, given, detail)
  }
}

/** As ValidateTokenRequest in Kubernetes' authentication validation. */
function lifetimeOf(wanted: unknown): number {
  const seconds = typeof wanted === 'number' ? wanted : lifetimeDefaultS
  const field = 'spec.expirationSeconds'
  if (seconds < lifetimeMinS) {
    throw refusal('', field, seconds, 'may not specify a duration less than 10 minutes')
  }
  if (seconds > lifetimeMaxS) {
    throw refusal('', field, seconds, 'may not specify a duration larger than 2^32 seconds')
  }
  return seconds
}

function refusal(name: string, field: string, badValue: unknown, detail: string): Error {
  const error: FieldError = { type: 'Invalid', field, badValue, detail }
  return errors.invalid(qualifiedKind, name, [error])
}
