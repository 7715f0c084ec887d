import { ModelError } from '@fairlead/llm'

export function responseNotFound(id: string): ModelError {
  return new ModelError('not-found', `Response with id '${id}' not found.`, {
    code: 'response_not_found',
    param: 'response_id',
  })
}

/** Status and code are OpenAI's. */
export function previousResponseNotFound(id: string): ModelError {
  return new ModelError('invalid-request', `Previous response with id '${id}' not found.`, {
    code: 'previous_response_not_found',
    param: 'previous_response_id',
  })
}

export function responseInProgress(id: string): ModelError {
  return new ModelError(
    'invalid-request',
    `Response '${id}' has not ended. Wait until it has, then continue it.`,
    { code: 'response_in_progress', param: 'previous_response_id' },
  )
}

export function previousResponsesTooLong(id: string): ModelError {
  return new ModelError(
    'invalid-request',
    `Response '${id}' and those before it are more than one request may have. Begin anew, with a summary as input.`,
    { code: 'previous_responses_too_long', param: 'previous_response_id' },
  )
}

/** As at OpenAI, only of one that has ended: one that runs is cancelled, whoever waits for it. */
export function responseNotInBackground(id: string): ModelError {
  return new ModelError(
    'invalid-request',
    `Response '${id}' has ended and was not made in the background, so there is nothing to cancel.`,
    { code: 'response_not_in_background', param: 'response_id' },
  )
}
