import { isJsonObject, objectOrEmpty, type JsonObject } from '@fairlead/base'
import { goQuote } from '@fairlead/kube-core'

import { BodyError } from '../decoding/body-error.ts'
import { decodeMessage } from '../decoding/decode-message.ts'
import { WebhookError } from '../webhooks/webhook-error.ts'

/** What a webhook answers. */
export interface ReviewAnswer {
  readonly allowed: boolean
  /** A Status that says why not. */
  readonly result?: JsonObject
  readonly warnings: readonly string[]
  readonly auditAnnotations: Readonly<Record<string, string>>
  /** A JSON patch; its text is as the webhook sent it. */
  readonly patch?: string
  readonly patchType: string
}

/**
 * Reads an answer, as VerifyAdmissionResponse in Kubernetes' apiserver does. Answers in `v1beta1`
 * are checked less.
 * @throws WebhookError for an answer that is not one
 */
export function parseAnswer(
  answer: unknown,
  sort: 'mutating' | 'validating',
  version: 'v1' | 'v1beta1',
  uid: string,
): ReviewAnswer {
  const review = decoded(answer, version)
  const { response } = review
  if (!isJsonObject(response)) throw invalid('webhook response was absent')
  if (version === 'v1') checkIdentity(review, response, uid)
  const { patchType } = response
  const patch = bytesOf(response['patch'])
  if (version === 'v1') checkPatch(sort, patch, patchType)
  const { status } = response
  return {
    allowed: response['allowed'] === true,
    ...(isJsonObject(status) ? { result: status } : {}),
    warnings: textsOf(response['warnings']),
    auditAnnotations: annotationsOf(response['auditAnnotations']),
    ...(patch === '' || sort === 'validating' ? {} : { patch }),
    patchType: version === 'v1' && typeof patchType === 'string' ? patchType : 'JSONPatch',
  }
}

/** As the real server's client reads it: of wrong types nothing is taken, and versions are apart. */
function decoded(answer: unknown, version: 'v1' | 'v1beta1'): JsonObject {
  const { apiVersion, kind } = objectOrEmpty(answer)
  const other = version === 'v1' ? 'v1beta1' : 'v1'
  if (kind === 'AdmissionReview' && apiVersion === `admission.k8s.io/${other}`) {
    throw notRead(
      `converting (${other}.AdmissionReview) to (${version}.AdmissionReview): unknown conversion`,
    )
  }
  try {
    return decodeMessage('io.k8s.api.admission.v1.AdmissionReview', answer).object
  } catch (error) {
    if (error instanceof BodyError) throw notRead(error.message)
    throw error
  }
}

function notRead(why: string): WebhookError {
  return new WebhookError(`failed to call webhook: ${why}`)
}

function checkIdentity(review: JsonObject, response: JsonObject, uid: string): void {
  const given = textOf(response['uid'])
  if (given !== uid) {
    throw invalid(`expected response.uid=${goQuote(uid)}, got ${goQuote(given)}`)
  }
  const { apiVersion, kind } = review
  if (apiVersion !== 'admission.k8s.io/v1' || kind !== 'AdmissionReview') {
    const found = `${textOf(apiVersion) || '/'}, Kind=${textOf(kind)}`
    throw invalid(
      `expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${found}`,
    )
  }
}

function checkPatch(sort: 'mutating' | 'validating', patch: string, patchType: unknown): void {
  const hasType = typeof patchType === 'string'
  if (sort === 'validating') {
    if (patch !== '') throw invalid('validating webhook may not return response.patch')
    if (hasType) throw invalid('validating webhook may not return response.patchType')
    return
  }
  if (patch !== '' && !hasType) {
    throw invalid('webhook returned response.patch but not response.patchType')
  }
  if (patch === '' && hasType) {
    throw invalid('webhook returned response.patchType but not response.patch')
  }
  if (patchType === '') throw invalid('webhook returned invalid response.patchType of ""')
}

function bytesOf(base64: unknown): string {
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64').toString('utf8') : ''
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

function annotationsOf(value: unknown): Record<string, string> {
  const entries = Object.entries(objectOrEmpty(value))
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function invalid(why: string): WebhookError {
  return new WebhookError(`received invalid webhook response: ${why}`)
}
