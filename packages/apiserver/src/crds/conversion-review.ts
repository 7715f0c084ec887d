import { arrayOrEmpty, isJsonObject, type JsonObject } from '@fairlead/base'
import { goQuote, type KubernetesObject } from '@fairlead/kube-core'

/** The versions of ConversionReview that are spoken; a definition's first one that is known counts. */
type ReviewVersion = 'v1' | 'v1beta1'

const group = 'apiextensions.k8s.io'

/** The version that a webhook is asked in; undefined when it takes none that is known. */
export function reviewVersion(accepted: readonly unknown[]): ReviewVersion | undefined {
  return accepted.find((each): each is ReviewVersion => each === 'v1' || each === 'v1beta1')
}

/** The question to a conversion webhook. */
export function conversionReview(
  version: ReviewVersion,
  uid: string,
  desiredAPIVersion: string,
  objects: readonly KubernetesObject[],
): JsonObject {
  return {
    kind: 'ConversionReview',
    apiVersion: `${group}/${version}`,
    request: { uid, desiredAPIVersion, objects },
  }
}

/**
 * The objects in a webhook's answer, as getConvertedObjectsFromResponse in Kubernetes'
 * apiextensions-apiserver finds them; an answer in v1beta1 need not say what it is.
 * @throws Error which says what is wrong, or what the webhook says
 */
export function convertedObjects(
  answer: unknown,
  version: ReviewVersion,
  uid: string,
): readonly unknown[] {
  const review = isJsonObject(answer) ? answer : {}
  if (version === 'v1') checkKind(review)
  const { response } = review
  if (!isJsonObject(response)) throw new Error('no response provided')
  if (version === 'v1' && response['uid'] !== uid) {
    const got = typeof response['uid'] === 'string' ? response['uid'] : ''
    throw new Error(`expected response.uid=${goQuote(uid)}, got ${goQuote(got)}`)
  }
  const result = isJsonObject(response['result']) ? response['result'] : {}
  const status = textOf(result['status'])
  if (status === 'Success') return arrayOrEmpty(response['convertedObjects'])
  throw new Error(
    textOf(result['message']) || `response.result.status was '${status}', not 'Success'`,
  )
}

function checkKind({ apiVersion, kind }: JsonObject): void {
  const wanted = kindText(`${group}/v1`, 'ConversionReview')
  const got = kindText(textOf(apiVersion), textOf(kind))
  if (got !== wanted) throw new Error(`expected webhook response of ${wanted}, got ${got}`)
}

/** A kind as Go prints it: `example.com/v1, Kind=Widget`. */
export function kindText(apiVersion: string, kind: string): string {
  const version = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
  return `${version}, Kind=${kind}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
