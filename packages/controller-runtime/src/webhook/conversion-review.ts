import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  type Logger,
  untilAborted,
  withFields,
} from '@fairlead/base'
import {
  type CustomResourceDefinitionObject,
  deepFreeze,
  goQuote,
  parseApiVersion,
  StatusError,
  type TypedObject,
} from '@fairlead/kube-core'

import type { DeepReadonly } from '../deep-readonly.ts'

/**
 * What a webhook needs of a kind with several versions: of those that `defineVersions` of
 * `@fairlead/kube-core` makes, each is one.
 */
export interface ConvertedKind {
  readonly crd: CustomResourceDefinitionObject
  /** The object, which is frozen, in another version. */
  convert(object: AnyObject, version: string): AnyObject | Promise<AnyObject>
}

type AnyObject = DeepReadonly<TypedObject>

/** What conversions run in. */
interface ConversionSurroundings {
  readonly logger: Logger
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal
  /** Told of everything that a conversion throws because it is wrong itself. */
  readonly onPanic: () => void
}

const group = 'apiextensions.k8s.io'

/** An answer to a conversion review, and the code of HTTP that goes with it. */
interface ConversionAnswer {
  readonly code: 200 | 400
  readonly body?: JsonObject
}

/**
 * Answers a ConversionReview: all of its objects, in their order, or why not. A review that cannot be
 * read is answered with 400 and nothing, as in Go.
 */
export async function answerConversionReview(
  review: unknown,
  kinds: readonly ConvertedKind[],
  surroundings: ConversionSurroundings,
): Promise<ConversionAnswer> {
  if (!isJsonObject(review) || !isJsonObject(review['request'])) return { code: 400 }
  const { kind, apiVersion, request } = review
  const known = apiVersion === `${group}/v1` || apiVersion === `${group}/v1beta1`
  if (kind !== 'ConversionReview' || !known) return { code: 400 }
  const response = await convertAll(request, kinds, surroundings)
  return { code: 200, body: { kind, apiVersion, response: { uid: request['uid'], ...response } } }
}

async function convertAll(
  request: JsonObject,
  kinds: readonly ConvertedKind[],
  { logger, signal, onPanic }: ConversionSurroundings,
): Promise<JsonObject> {
  const converted: AnyObject[] = []
  const { desiredAPIVersion } = request
  try {
    for (const object of arrayOrEmpty(request['objects'])) {
      converted.push(
        await untilAborted(convertOne(object, String(desiredAPIVersion), kinds), signal),
      )
    }
  } catch (error) {
    const told = toldOf(error)
    if (told === undefined) onPanic()
    const fields = { err: error, desiredAPIVersion, requestID: request['uid'] }
    withFields(logger, fields).error({}, 'a conversion failed')
    const message = told ?? 'internal error occurred during conversion'
    return { result: { status: 'Failure', message } }
  }
  return { convertedObjects: converted, result: { status: 'Success' } }
}

async function convertOne(
  object: unknown,
  desired: string,
  kinds: readonly ConvertedKind[],
): Promise<AnyObject> {
  const source = objectToConvert(object)
  const from = parseApiVersion(source.apiVersion)
  const to = parseApiVersion(desired)
  const what = `${source.kind} ${goQuote(nameOf(source))} of ${source.apiVersion}`
  if (from.group !== to.group) {
    throw new ConversionRefusedError(`${what} and ${desired} do not belong to the same API group`)
  }
  if (from.version === to.version) {
    throw new ConversionRefusedError(`${what} is to be converted into the version that it has`)
  }
  const kind = kinds.find(
    ({ crd }) => crd.spec.group === from.group && crd.spec.names.kind === source.kind,
  )
  if (kind === undefined) {
    throw new ConversionRefusedError(`${what}: no conversion of this kind is registered`)
  }
  if (!kind.crd.spec.versions.some(({ name }) => name === to.version)) {
    throw new ConversionRefusedError(
      `${what} cannot be converted into ${desired}: there is no such version`,
    )
  }
  const converted = await kind.convert(source, to.version)
  checkIdentity(what, source, converted, desired)
  return converted
}

/** Something that is wrong with what is asked, or with what came out; it may be told. */
class ConversionRefusedError extends Error {
  override readonly name = 'ConversionRefusedError'
}

function objectToConvert(object: unknown): AnyObject {
  const { apiVersion, kind, metadata } = isJsonObject(object) ? object : {}
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isJsonObject(metadata)) {
    throw new ConversionRefusedError('an object to convert has no apiVersion, kind or metadata')
  }
  return deepFreeze(object as AnyObject)
}

/** The API server refuses these too, but does not say whose conversion it was. */
function checkIdentity(
  what: string,
  source: AnyObject,
  converted: AnyObject,
  desired: string,
): void {
  const { apiVersion, kind, metadata } = converted
  if (apiVersion !== desired || kind !== source.kind) {
    throw new ConversionRefusedError(
      `${what} was converted into ${kind} of ${apiVersion}, not into ${source.kind} of ${desired}`,
    )
  }
  for (const field of ['name', 'namespace', 'uid'] as const) {
    if (metadata[field] === source.metadata[field]) continue
    throw new ConversionRefusedError(
      `${what}: its conversion changes metadata.${field}; only labels and annotations may change`,
    )
  }
}

function nameOf({ metadata: { namespace, name = '' } }: AnyObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}

const mistakes = [TypeError, RangeError, ReferenceError, SyntaxError]

/** What a client may read; undefined for what only the author of the conversion can mend. */
function toldOf(error: unknown): string | undefined {
  if (error instanceof StatusError) return error.message
  if (!(error instanceof Error) || mistakes.some((mistake) => error instanceof mistake)) {
    return undefined
  }
  return error.message
}
