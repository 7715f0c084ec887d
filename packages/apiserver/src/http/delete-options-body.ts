import type { JsonObject } from '@fairlead/base'
import { errors, goQuote } from '@fairlead/kube-core'

import { BodyError } from '../decoding/body-error.ts'
import { decodeMessage } from '../decoding/decode-message.ts'
import { decodeBody } from './decode-body.ts'

const type = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions'
const expected = { group: '', version: 'v1', kind: 'DeleteOptions' } as const

/** The options in the body of a deletion; undefined without one. @throws StatusError 400 or 415 */
export function decodeDeleteOptions(body: Buffer, contentType: string): JsonObject | undefined {
  if (body.length === 0) return undefined
  const value = decoded(body, contentType)
  const { kind = expected.kind, apiVersion = expected.version } = value
  if (kind !== expected.kind && kind !== '' && kind !== null) {
    // `decodeBody` lets only texts pass.
    const [name, version] = [kind, apiVersion].map((text) => goQuote(text as string))
    throw errors.badRequest(
      `no kind ${name} is registered for version ${version} in scheme "pkg/runtime/scheme.go:100"`,
    )
  }
  try {
    return decodeMessage(type, value).object
  } catch (error) {
    throw error instanceof BodyError ? errors.badRequest(error.message, error) : error
  }
}

/** What is wrong with it is said without what was expected, unlike with other bodies. */
function decoded(body: Buffer, contentType: string): JsonObject {
  try {
    return decodeBody(body, contentType, expected)
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    throw cause instanceof BodyError ? errors.badRequest(cause.message, cause) : error
  }
}
