import { isJsonObject } from '@fairlead/base'
import { goQuote } from '@fairlead/kube-core'

import { BodyError } from '../decoding/body-error.ts'
import { parseJsonText } from '../decoding/json-text.ts'
import { WebhookError } from '../webhooks/webhook-error.ts'
import type { ReviewAnswer } from './review-answer.ts'

/**
 * The operations of the patch that a webhook has answered; none when it changes nothing.
 * @throws WebhookError for what is no JSON patch
 */
export function patchOperations({ patch, patchType }: ReviewAnswer): readonly unknown[] {
  if (patch === undefined) return []
  const operations = decoded(patch)
  if (operations.length > 0 && patchType !== 'JSONPatch') {
    throw new WebhookError(`unsupported patch type ${goQuote(patchType)}`)
  }
  return operations
}

function decoded(patch: string): readonly unknown[] {
  const operations = parsed(patch)
  if (operations === null) return []
  if (!Array.isArray(operations)) throw undecodable(wrongType(operations, 'jsonpatch.Patch'))
  const odd = operations.find((each) => each !== null && !isJsonObject(each)) as unknown
  if (odd !== undefined) throw undecodable(wrongType(odd, 'jsonpatch.Operation'))
  return operations
}

function parsed(patch: string): unknown {
  try {
    return parseJsonText(Buffer.from(patch))
  } catch (error) {
    if (error instanceof BodyError) throw undecodable(error.message)
    throw error
  }
}

function wrongType(value: unknown, type: string): string {
  const found = typeof value === 'boolean' ? 'bool' : Array.isArray(value) ? 'array' : typeof value
  // A number may be kept as it is spelt.
  const shown = found === 'object' && !isJsonObject(value) ? 'number' : found
  return `json: cannot unmarshal ${shown} into Go value of type ${type}`
}

function undecodable(why: string): WebhookError {
  return new WebhookError(`received undecodable patch in webhook response: ${why}`)
}
