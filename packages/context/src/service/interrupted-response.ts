import type { ResponseError } from '../stores/kept-response.ts'

/** What a response that its process left behind failed with. */
export const interrupted: ResponseError = {
  code: 'server_error',
  message: 'The gateway stopped before the response was complete. Send the call again.',
}
