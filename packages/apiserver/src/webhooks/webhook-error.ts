/**
 * A webhook could not be asked, or did not answer as it must. The message is what a client of the
 * Kubernetes API sees, in the words of the Go client that the real server uses.
 */
export class WebhookError extends Error {
  override readonly name = 'WebhookError'
}
