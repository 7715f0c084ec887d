import type { IncomingMessage } from 'node:http'

import { errors } from '@fairlead/kube-core'

import type { BodyBudget } from './body-budget.ts'
import { TooManyRequests } from './in-flight.ts'

/** The API server's limit for one request body. */
const bodyBytesMax = 3 * 1024 * 1024

/** A body, and what gives its bytes back to the budget once it is not needed any more. */
interface HeldBody {
  readonly body: Buffer
  readonly release: () => void
}

/**
 * Reads the complete body.
 * @throws StatusError 413 when it is longer than 3 MiB; TooManyRequests when the budget is spent
 */
export async function readBody(request: IncomingMessage, budget: BodyBudget): Promise<HeldBody> {
  if (Number(request.headers['content-length'] ?? 0) > bodyBytesMax) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  let taken = 0
  let refusal: Error | undefined
  const release = (): void => {
    chunks.length = 0
    budget.giveBack(taken)
    taken = 0
  }
  try {
    for await (const chunk of request) {
      // The rest is read and discarded: closing the connection here would lose the response.
      if (refusal !== undefined) continue
      const bytes = chunk as Buffer
      size += bytes.length
      if (size > bodyBytesMax) refusal = tooLarge()
      else if (!budget.take(bytes.length)) refusal = new TooManyRequests()
      if (refusal === undefined) {
        taken += bytes.length
        chunks.push(bytes)
      } else {
        release()
      }
    }
  } catch (error) {
    release()
    throw error
  }
  if (refusal !== undefined) throw refusal
  return { body: Buffer.concat(chunks), release }
}

function tooLarge(): Error {
  return errors.requestEntityTooLarge(`limit is ${bodyBytesMax}`)
}
