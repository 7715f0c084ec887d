import { arrayOrEmpty, objectOrEmpty } from '@fairlead/base'
import { errors, timestamp } from '@fairlead/kube-core'

import type { ServiceAccountTokens } from '../auth/service-account-token.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, type Handled } from '../exchange/api-response.ts'
import { getObject } from '../resources/get-object.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import { decodeBody } from './decode-body.ts'

const lifetimeDefaultS = 3600
const lifetimeMinS = 600
const lifetimeMaxS = 2 ** 32

const tokenRequestKind = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
} as const

/** `POST …/serviceaccounts/x/token`: issues a token for the account. @throws StatusError */
export function createToken(
  tokens: ServiceAccountTokens,
  context: ResourceContext,
  request: ApiRequest,
  target: ObjectTarget,
): Handled {
  if (request.method !== 'POST') {
    throw errors.methodNotSupported('serviceaccounts', request.method)
  }
  const { uid = '' } = getObject(context, target).metadata
  const body = decodeBody(request.body, request.contentType, tokenRequestKind)
  const question = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { name: target.name, namespace: target.namespace },
    spec: objectOrEmpty(objectOrEmpty(body)['spec']),
  }
  const seconds = lifetimeSeconds(question.spec['expirationSeconds'])
  const account = { namespace: target.namespace, name: target.name, uid }
  const audiences = arrayOrEmpty(question.spec['audiences']).map(String)
  const { token, expiresAtMs } = tokens.issue(account, seconds * 1000, audiences)
  const expirationTimestamp = timestamp(expiresAtMs)
  return jsonResponse(201, {
    ...question,
    spec: { ...question.spec, expirationSeconds: seconds },
    status: { token, expirationTimestamp },
  })
}

function lifetimeSeconds(wanted: unknown): number {
  const seconds = wanted ?? lifetimeDefaultS
  const isFitting =
    typeof seconds === 'number' && seconds >= lifetimeMinS && seconds <= lifetimeMaxS
  if (isFitting) return seconds
  throw errors.invalid('TokenRequest.authentication.k8s.io', '', [
    {
      type: 'Invalid',
      field: 'spec.expirationSeconds',
      badValue: seconds,
      detail: 'may not specify a duration less than 10 minutes',
    },
  ])
}
