import {
  isJsonObject,
  type JsonObject,
  type Logger,
  untilAborted,
  withFields,
} from '@fairlead/base'

import type { AdmissionHandler } from './admission-handler.ts'
import { admissionRequestFrom, type AdmissionRequest } from './admission-request.ts'
import {
  type AdmissionResponse,
  errored,
  responseBody,
  responseToThrown,
} from './admission-response.ts'

/** What a handler runs in. */
interface AdmissionSurroundings {
  readonly logger: Logger
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal
  /** Told of everything that a handler throws and did not mean to. */
  readonly onPanic: () => void
}

const group = 'admission.k8s.io'

/**
 * Answers an AdmissionReview, of `v1` or, which is the same in all but its name, `v1beta1`. Never
 * rejects: what goes wrong is an answer that denies the request and says no more than is good for
 * whoever made it.
 */
export async function answerAdmissionReview(
  review: unknown,
  handler: AdmissionHandler,
  surroundings: AdmissionSurroundings,
): Promise<JsonObject> {
  const apiVersion = reviewVersion(review)
  if (apiVersion === undefined || !isJsonObject(review) || !isJsonObject(review['request'])) {
    return admissionAnswer(errored(400, notAReview(review)))
  }
  const request = read(review['request'])
  if (request === undefined) {
    const { uid } = review['request']
    const refusal = errored(400, 'the AdmissionReview is nested too deeply to be read')
    return admissionAnswer(refusal, apiVersion, typeof uid === 'string' ? uid : '')
  }
  const response = await ask(handler, request, surroundings)
  return admissionAnswer(response, apiVersion, request.uid)
}

/** Undefined if the stack is too small for it. */
function read(request: JsonObject): ReturnType<typeof admissionRequestFrom> | undefined {
  try {
    return admissionRequestFrom(request)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** A response as an AdmissionReview. */
export function admissionAnswer(
  response: AdmissionResponse,
  apiVersion = `${group}/v1`,
  uid = '',
): JsonObject {
  return { kind: 'AdmissionReview', apiVersion, response: responseBody(response, uid) }
}

/** The version to answer in; of a review that does not say what it is, v1; of anything else none. */
function reviewVersion(review: unknown): string | undefined {
  if (!isJsonObject(review)) return undefined
  const { kind = 'AdmissionReview', apiVersion = `${group}/v1` } = review
  if (kind !== 'AdmissionReview') return undefined
  return apiVersion === `${group}/v1` || apiVersion === `${group}/v1beta1` ? apiVersion : undefined
}

function notAReview(review: unknown): string {
  if (!isJsonObject(review)) return 'an AdmissionReview must be an object'
  if (reviewVersion(review) !== undefined) return 'the AdmissionReview has no request'
  const { apiVersion, kind } = review
  return `expected an AdmissionReview of ${group}/v1 or ${group}/v1beta1, got ${String(kind)} of ${String(apiVersion)}`
}

async function ask(
  handler: AdmissionHandler,
  request: Omit<AdmissionRequest, 'log' | 'signal'>,
  { logger, signal, onPanic }: AdmissionSurroundings,
): Promise<AdmissionResponse> {
  const log = withFields(logger, logFields(request))
  try {
    return await untilAborted(asked(handler, { ...request, log, signal }), signal)
  } catch (error) {
    if (signal.aborted) {
      log.warn({ err: error }, 'a webhook did not answer in time')
      return errored(504, 'the webhook did not answer in time')
    }
    const meant = responseToThrown(error)
    if (meant !== undefined) return meant
    onPanic()
    log.error({ err: error }, 'a webhook failed and denies the request')
    return errored(500, `the webhook failed: its log says why, under requestID ${request.uid}`)
  }
}

/** Whether it answers at once or later, and also when it throws at once. */
async function asked(
  handler: AdmissionHandler,
  request: AdmissionRequest,
): Promise<AdmissionResponse> {
  return handler(request)
}

/** As Go's controller-runtime logs a request. */
function logFields(request: Omit<AdmissionRequest, 'log' | 'signal'>): object {
  const { namespace, name, operation, resource, user, uid } = request
  return {
    object: { name, namespace },
    namespace,
    name,
    operation,
    resource,
    user: user.username,
    requestID: uid,
  }
}
