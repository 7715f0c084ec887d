import type { OwnCallContext, OwnCalls, OwnTextAnswer, OwnTextRequest } from '../call/own-calls.ts'
import { makeOwnCall, type OwnCallParts } from './make-own-call.ts'
import { textCall } from './text-call.ts'

/** The calls that this gateway makes for itself. */
export class GatewayCalls implements OwnCalls {
  readonly #parts: OwnCallParts

  constructor(parts: OwnCallParts) {
    this.#parts = parts
  }

  text(request: OwnTextRequest, on: OwnCallContext): Promise<OwnTextAnswer> {
    return makeOwnCall(textCall(request), on, this.#parts)
  }
}
